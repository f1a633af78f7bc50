import type { CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { ExpressionName } from "@/documents/names";
import { findExpressions } from "@/graph/expressions";

const functions: [label: string, detail: string][] = [
  ["size", "length of a text, list or map"],
  ["has", "whether a field is there"],
  ["string", "as text"],
  ["int", "as whole number"],
  ["double", "as number"],
  ["contains", "text holds a text"],
  ["startsWith", "text begins with"],
  ["endsWith", "text ends with"],
  ["matches", "text fits a pattern"],
  ["exists", "any item fits"],
  ["all", "every item fits"],
  ["filter", "items that fit"],
  ["map", "each item changed"],
];

/** Whether names mean something at this offset. */
function isInExpression(text: string, offset: number, mode: "template" | "expression"): boolean {
  if (mode === "expression") return true;
  return findExpressions(text).some(
    (range) =>
      offset >= range.from + 2 && (offset < range.to || (!range.isClosed && offset <= range.to)),
  );
}

/** Completes the names that an expression may use, with type and origin. */
export function completeNames(
  getNames: () => readonly ExpressionName[],
  mode: "template" | "expression",
) {
  return (context: CompletionContext): CompletionResult | null => {
    const text = context.state.doc.toString();
    if (!isInExpression(text, context.pos, mode)) return null;
    const word = context.matchBefore(/[\w.]*/);
    const isEmpty = !word || word.from === word.to;
    if (isEmpty && !context.explicit) return null;
    return {
      from: word?.from ?? context.pos,
      validFor: /^[\w.]*$/,
      options: [
        ...getNames().map((name, index) => ({
          label: name.path,
          detail: `${name.type} · ${name.origin}`,
          boost: 50 - Math.min(index, 49),
        })),
        ...functions.map(([label, detail]) => ({ label, detail, apply: `${label}(`, boost: -50 })),
      ],
    };
  };
}
