import { EditorView } from "@codemirror/view";

/** The code editors look like the other fields. */
export const editorTheme = EditorView.theme({
  "&": {
    fontSize: "12.5px",
    backgroundColor: "var(--card)",
    color: "var(--foreground)",
    border: "1px solid var(--input)",
    borderRadius: "6px",
    boxShadow: "0 1px 2px var(--shadow)",
  },
  "&.cm-focused": { outline: "1px solid var(--ring)", borderColor: "var(--ring)" },
  ".cm-content": {
    fontFamily: "var(--font-mono)",
    padding: "7px 0",
    caretColor: "var(--foreground)",
  },
  ".cm-line": { padding: "0 10px" },
  ".cm-scroller": { lineHeight: "1.45", overflow: "auto" },
  ".cm-placeholder": { color: "var(--muted-foreground)", fontFamily: "var(--font-sans)" },
  ".cm-cursor": { borderLeftColor: "var(--foreground)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in oklab, var(--primary) 25%, transparent) !important",
  },
  ".cm-tooltip": {
    border: "1px solid var(--border)",
    borderRadius: "8px",
    backgroundColor: "var(--popover)",
    color: "var(--foreground)",
    boxShadow: "0 12px 32px -8px var(--shadow-strong)",
    overflow: "hidden",
    zIndex: "60",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--font-mono)",
    fontSize: "12px",
    maxHeight: "14em",
    padding: "4px",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px", borderRadius: "5px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--foreground)",
  },
  ".cm-completionIcon": { display: "none" },
  ".cm-completionDetail": {
    marginLeft: "12px",
    fontFamily: "var(--font-sans)",
    fontStyle: "normal",
    fontSize: "11px",
    color: "var(--muted-foreground)",
  },
  ".cm-gutters": { display: "none" },
});
