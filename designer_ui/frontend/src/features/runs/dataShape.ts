/** How a piece of data is best read. */
export type DataShape =
  | { readonly kind: "nothing" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "fields"; readonly fields: readonly (readonly [string, unknown])[] }
  | { readonly kind: "list"; readonly items: readonly unknown[] }
  | {
      readonly kind: "table";
      readonly columns: readonly string[];
      readonly rows: readonly Readonly<Record<string, unknown>>[];
    };

const MOST_COLUMNS = 8;
const MOST_SUMMED = 3;

export function shapeOf(value: unknown): DataShape {
  if (value === null || value === undefined) {
    return { kind: "nothing" };
  }
  if (Array.isArray(value)) {
    return listShape(value);
  }
  if (isRecord(value)) {
    const fields = Object.entries(value);
    return fields.length === 0 ? { kind: "nothing" } : { kind: "fields", fields };
  }
  return { kind: "text", text: textOf(value) };
}

/** A plain value as people write it. */
export function textOf(value: unknown): string {
  if (typeof value === "boolean") {
    return value ? "Yes" : "No";
  }
  if (typeof value === "number") {
    return value.toLocaleString("en-GB", {
      maximumFractionDigits: 6,
      useGrouping: value >= 10_000,
    });
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A value in one short line, for a table cell or an inbox row. */
export function summaryOf(value: unknown): string {
  const shape = shapeOf(value);
  if (shape.kind === "nothing") {
    return "none";
  }
  if (shape.kind === "text") {
    return shape.text;
  }
  if (shape.kind === "fields") {
    return fieldsSummary(shape.fields);
  }
  const count = shape.kind === "list" ? shape.items.length : shape.rows.length;
  return `${count} ${count === 1 ? "item" : "items"}`;
}

function fieldsSummary(fields: readonly (readonly [string, unknown])[]): string {
  const isShort =
    fields.length <= MOST_SUMMED && fields.every(([, value]) => shapeOf(value).kind === "text");
  return isShort
    ? fields.map(([name, value]) => `${name}: ${textOf(value)}`).join(", ")
    : `${fields.length} ${fields.length === 1 ? "field" : "fields"}`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listShape(items: readonly unknown[]): DataShape {
  if (items.length === 0) {
    return { kind: "nothing" };
  }
  if (!items.every(isRecord)) {
    return { kind: "list", items };
  }
  const columns = [...new Set(items.flatMap((item) => Object.keys(item)))];
  return columns.length > 0 && columns.length <= MOST_COLUMNS
    ? { kind: "table", columns, rows: items }
    : { kind: "list", items };
}
