import { isObject, type JsonObject } from "@/graph/types";

/** What an input holds that names an uploaded file. */
export interface UploadRef {
  readonly upload: string;
}

export function isUploadRef(value: unknown): value is UploadRef {
  return isObject(value) && typeof value.upload === "string";
}

const typesOf = ({ type }: JsonObject): unknown[] => (Array.isArray(type) ? type : [type]);

/** Whether an input is the rows of a file: its schema says so, or takes nothing but an upload. */
export function asksForRows(schema: JsonObject): boolean {
  return (
    schema["x-widget"] === "rows" ||
    (schema.type === "object" && isObject(schema.properties) && "upload" in schema.properties)
  );
}

/** Whether the rows may be given as a list, too. */
export const takesList = (schema: JsonObject): boolean => typesOf(schema).includes("array");

const count = new Intl.NumberFormat("en");

/** "1 row", "3,376 rows". */
export const countOf = (number: number, noun: string): string =>
  `${count.format(number)} ${noun}${number === 1 ? "" : "s"}`;

const UNITS = ["kB", "MB", "GB"];

/** "812 bytes", "205 kB", "1.2 MB". */
export function formatSize(bytes: number): string {
  if (bytes < 1_000) return countOf(bytes, "byte");
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length);
  const size = bytes / 1_000 ** power;
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${UNITS[power - 1]}`;
}
