import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { tags as standard, Tag } from "@lezer/highlight";

interface State {
  /** Open braces of the expression; 0 is plain text. */
  depth: number;
  quote: string | null;
}

type Mode = "template" | "expression";

const tags = {
  brace: Tag.define(),
  name: Tag.define(),
  number: Tag.define(),
  string: Tag.define(),
  keyword: Tag.define(),
};

const KEYWORDS = new Set(["true", "false", "null", "in"]);

/** CEL, alone or inside the `${ … }` of a text. */
export function celLanguage(mode: Mode) {
  const base = mode === "expression" ? 1 : 0;
  return StreamLanguage.define<State>({
    startState: () => ({ depth: base, quote: null }),
    tokenTable: tags,
    token(stream, state) {
      if (state.depth === 0) {
        if (stream.match("${")) {
          state.depth = 1;
          return "brace";
        }
        stream.next();
        stream.eatWhile((char: string) => char !== "$");
        return null;
      }
      if (state.quote) {
        for (let char = stream.next(); char; char = stream.next()) {
          if (char === "\\") stream.next();
          else if (char === state.quote) {
            state.quote = null;
            break;
          }
        }
        return "string";
      }
      const char = stream.next();
      if (!char) return null;
      if (char === '"' || char === "'") {
        state.quote = char;
        return "string";
      }
      if (char === "{") state.depth += 1;
      if (char === "}") {
        state.depth = Math.max(base, state.depth - 1);
        return state.depth === 0 ? "brace" : null;
      }
      if (/\d/.test(char)) {
        stream.eatWhile(/[\d.]/);
        return "number";
      }
      if (/[A-Za-z_]/.test(char)) {
        stream.eatWhile(/\w/);
        return KEYWORDS.has(stream.current()) ? "keyword" : "name";
      }
      return null;
    },
  });
}

export const celHighlighting = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.brace, color: "var(--primary)", fontWeight: "600" },
    { tag: tags.name, color: "var(--family-code)" },
    { tag: tags.number, color: "var(--family-network)" },
    { tag: tags.string, color: "var(--family-data)" },
    { tag: tags.keyword, color: "var(--family-people)" },
  ]),
);

export const jsonHighlighting = syntaxHighlighting(
  HighlightStyle.define([
    { tag: standard.propertyName, color: "var(--family-code)" },
    { tag: standard.string, color: "var(--family-data)" },
    { tag: standard.number, color: "var(--family-network)" },
    { tag: [standard.bool, standard.null], color: "var(--family-people)" },
  ]),
);
