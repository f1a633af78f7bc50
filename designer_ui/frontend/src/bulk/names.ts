import type { ExpressionName } from "@/documents/names";
import { flattenNames } from "@/documents/names";
import { sampleFromSchema } from "@/graph/schemaFields";
import { type Catalog, isObject, type JsonObject } from "@/graph/types";
import { type ItemWork, inputFieldOf } from "./parts";

/** Where in the work on items an expression stands; `initial` knows no item. */
export type WorkPlace = "processor" | "result";

/** What an item is like, and one of them to show. */
export interface ItemSample {
  schema: JsonObject;
  item: unknown;
}

/** Names that exist only there, and what they stand for in previews. */
export interface LocalScope {
  names: readonly ExpressionName[];
  sample: JsonObject;
}

const ORIGIN = "Each item";

/** A schema that fits what is seen, for the names below it. */
function schemaOf(value: unknown): JsonObject {
  if (Array.isArray(value)) return { type: "array" };
  if (isObject(value)) {
    const fields = Object.entries(value).map(([name, each]) => [name, schemaOf(each)]);
    return { type: "object", properties: Object.fromEntries(fields) };
  }
  return value === null || value === undefined ? {} : { type: typeof value };
}

function firstOf(items: unknown, input: JsonObject): unknown {
  const name = inputFieldOf(items);
  const list = name === null ? items : input[name];
  return Array.isArray(list) ? list[0] : undefined;
}

/**
 * An item of the sample input, else one made up from the schema of the input's rows. What comes
 * from elsewhere, or from a file without a schema, is an empty object.
 */
export function itemSampleOf(
  work: Pick<ItemWork, "items">,
  inputSchema: JsonObject,
  input: JsonObject,
): ItemSample {
  const name = inputFieldOf(work.items);
  const properties = isObject(inputSchema.properties) ? inputSchema.properties : {};
  const rows = name === null ? undefined : properties[name];
  const declared = isObject(rows) && isObject(rows.items) ? rows.items : null;
  const first = firstOf(work.items, input);
  const item = first ?? (declared ? sampleFromSchema(declared) : {});
  const isSaid = declared !== null && Object.keys(declared).length > 0;
  return { schema: isSaid ? declared : schemaOf(item), item };
}

/** What expressions may read there beside the names that exist everywhere. */
export function localScope(
  work: Pick<ItemWork, "processor" | "result">,
  place: WorkPlace,
  { schema, item }: ItemSample,
  catalog: Catalog,
): LocalScope {
  const index: ExpressionName = { path: "index", type: "integer", origin: ORIGIN };
  if (place === "processor" && work.processor?.mode === "batch") {
    const items: ExpressionName = { path: "items", type: "array", origin: "Each batch" };
    return {
      names: [items, { ...index, origin: "Each batch" }],
      sample: { items: [item], index: 0 },
    };
  }
  const names = [...flattenNames("item", schema, ORIGIN), index];
  if (place === "processor") return { names, sample: { item, index: 0 } };
  const type = catalog.get(work.processor?.type ?? "");
  const output = itemOutputSchema(type?.output_schema, work.processor?.mode);
  names.push(...flattenNames("output", output, type?.title ?? "Processor"));
  const sample: JsonObject = { item, index: 0, output: sampleFromSchema(output) };
  if (work.result?.mode === "reduce") {
    names.unshift({ path: "accumulator", type: "any", origin: "The value so far" });
    sample.accumulator = work.result.initial ?? null;
  }
  return { names, sample };
}

/** A batch processor returns a list with one output for each item. */
function itemOutputSchema(schema: unknown, mode: string | undefined): unknown {
  if (mode !== "batch") return schema ?? {};
  return isObject(schema) && isObject(schema.items) ? schema.items : {};
}
