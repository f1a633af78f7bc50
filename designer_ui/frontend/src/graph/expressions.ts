import { isObject } from "./types";

export interface ExpressionRange {
  /** Offset of `${`. */
  from: number;
  /** Offset behind `}`; the end of the text where it is not closed. */
  to: number;
  /** The source between the braces. */
  source: string;
  isClosed: boolean;
}

/** Offset behind the string literal that opens at `start`. */
function skipString(text: string, start: number): number {
  const quote = text[start];
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === quote) return index + 1;
  }
  return text.length;
}

function findEnd(text: string, start: number): number {
  let depth = 1;
  for (let index = start; index < text.length; ) {
    const char = text[index];
    if (char === '"' || char === "'") {
      index = skipString(text, index);
      continue;
    }
    if (char === "{") depth += 1;
    if (char === "}") depth -= 1;
    if (depth === 0) return index;
    index += 1;
  }
  return -1;
}

/** Every `${ … }` of a text; braces and quotes inside may nest. */
export function findExpressions(text: string): ExpressionRange[] {
  const found: ExpressionRange[] = [];
  for (let from = text.indexOf("${"); from >= 0; ) {
    const end = findEnd(text, from + 2);
    const isClosed = end >= 0;
    const to = isClosed ? end + 1 : text.length;
    found.push({ from, to, source: text.slice(from + 2, isClosed ? end : to), isClosed });
    from = text.indexOf("${", to);
  }
  return found;
}

export const hasExpression = (value: unknown): value is string =>
  typeof value === "string" && value.includes("${");

/** The source of a text that is exactly one `${ … }`, else null. */
export function singleExpression(text: string): string | null {
  const trimmed = text.trim();
  const [first, ...more] = findExpressions(trimmed);
  const isWhole = first?.isClosed && first.from === 0 && first.to === trimmed.length;
  return isWhole && more.length === 0 ? first.source.trim() : null;
}

/** The source as a value that keeps its type. One that came with its `${ … }` keeps that. */
export function wrapExpression(source: string): string {
  if (singleExpression(source) !== null) return source.trim();
  return source.trim() ? `\${ ${source} }` : "";
}

function renameInSource(source: string, oldId: string, newId: string): string {
  return source.replace(
    /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<![\w.])nodes\.(\w+)/g,
    (whole, literal: string | undefined, name: string | undefined) =>
      literal === undefined && name === oldId ? `nodes.${newId}` : whole,
  );
}

/** The text with `nodes.<oldId>` renamed inside its expressions, and nowhere else. */
export function renameInText(text: string, oldId: string, newId: string): string {
  let result = "";
  let last = 0;
  for (const range of findExpressions(text)) {
    result += text.slice(last, range.from);
    result += renameInSource(text.slice(range.from, range.to), oldId, newId);
    last = range.to;
  }
  return result + text.slice(last);
}

/** Any JSON value with the node renamed in all its expressions. */
export function renameInValue(value: unknown, oldId: string, newId: string): unknown {
  if (typeof value === "string") return renameInText(value, oldId, newId);
  if (Array.isArray(value)) return value.map((each) => renameInValue(each, oldId, newId));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, renameInValue(each, oldId, newId)]),
    );
  }
  return value;
}
