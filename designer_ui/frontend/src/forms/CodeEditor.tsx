import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  completionStatus,
  startCompletion,
} from "@codemirror/autocomplete";
import { json } from "@codemirror/lang-json";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder as placeholderText } from "@codemirror/view";
import CodeMirror, { type ReactCodeMirrorRef } from "@uiw/react-codemirror";
import { type KeyboardEvent, useMemo, useRef } from "react";
import type { ExpressionName } from "@/documents/names";
import { celHighlighting, celLanguage, jsonHighlighting } from "./celLanguage";
import { completeNames } from "./completions";
import { editorTheme } from "./editorTheme";

export interface CodeEditorProps {
  label: string;
  describedBy?: string;
  value: string;
  onChange: (value: string) => void;
  mode: "template" | "expression" | "json";
  names?: readonly ExpressionName[];
  isMultiline?: boolean;
  isInvalid?: boolean;
  isReadOnly?: boolean;
  placeholder?: string;
}

const singleLine = [
  EditorState.transactionFilter.of((transaction) =>
    transaction.newDoc.lines > 1 ? [] : transaction,
  ),
  EditorView.clipboardInputFilter.of((text) => text.replace(/\s*\n\s*/g, " ")),
  Prec.low(keymap.of([{ key: "Enter", run: () => true }])),
];

/** Names are offered as soon as an expression is opened. */
const completeOnOpen = EditorView.updateListener.of((update) => {
  if (!update.docChanged || !update.transactions.some((each) => each.isUserEvent("input.type")))
    return;
  const { head } = update.state.selection.main;
  if (update.state.sliceDoc(Math.max(0, head - 3), head).match(/\$\{ ?$/))
    startCompletion(update.view);
});

/**
 * Esc closes the list of names when there is one to be seen, and else belongs to the page.
 *
 * Not a key binding: those are skipped while a tooltip is open, which takes the key first.
 */
function closeNames(event: KeyboardEvent, view: EditorView | undefined): void {
  if (event.key !== "Escape" || !view) return;
  const isListOpen = completionStatus(view.state) === "active";
  closeCompletion(view);
  if (isListOpen) event.stopPropagation();
}

/** A small code field: a text with `${ … }`, a bare expression, or JSON. Loaded on demand. */
export default function CodeEditor({
  label,
  describedBy,
  value,
  onChange,
  mode,
  names = [],
  isMultiline = false,
  isInvalid = false,
  isReadOnly = false,
  placeholder = "",
}: CodeEditorProps) {
  const latestNames = useRef(names);
  latestNames.current = names;
  const editor = useRef<ReactCodeMirrorRef>(null);
  const extensions = useMemo(
    () => [
      editorTheme,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({
        "aria-label": label,
        tabindex: "0",
        ...(describedBy && { "aria-describedby": describedBy }),
        ...(isInvalid && { "aria-invalid": "true" }),
        "aria-multiline": String(isMultiline),
        spellcheck: mode === "template" ? "true" : "false",
      }),
      keymap.of([...closeBracketsKeymap, ...completionKeymap]),
      closeBrackets(),
      placeholderText(placeholder),
      ...(mode === "json"
        ? [json(), jsonHighlighting]
        : [
            celLanguage(mode),
            celHighlighting,
            completeOnOpen,
            autocompletion({
              override: [completeNames(() => latestNames.current, mode)],
              icons: false,
            }),
          ]),
      ...(isMultiline ? [] : singleLine),
    ],
    [label, describedBy, isInvalid, isMultiline, mode, placeholder],
  );
  return (
    <CodeMirror
      ref={editor}
      onKeyDownCapture={(event) => closeNames(event, editor.current?.view)}
      value={value}
      onChange={onChange}
      extensions={extensions}
      basicSetup={false}
      theme="none"
      editable={!isReadOnly}
      indentWithTab={false}
      minHeight={isMultiline ? "72px" : undefined}
      maxHeight="320px"
    />
  );
}
