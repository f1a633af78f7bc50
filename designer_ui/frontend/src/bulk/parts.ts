import type { BulkDocument, Processor } from "@/api/types";
import type { Part } from "@/documents/types";
import type { Direction } from "@/graph/navigate";
import { type Catalog, isObject, type JsonObject, type ProblemItem } from "@/graph/types";
import { START_ID, startPart } from "@/pipeline/steps";

export type { BulkDocument, Processor };

/** How items are worked on: what a bulk document and the config of a map node have in common. */
export type ItemWork = Pick<
  BulkDocument,
  | "items"
  | "processor"
  | "batch_size"
  | "max_concurrency"
  | "failure_threshold"
  | "circuit_breaker"
  | "enough"
  | "result"
>;

export const ITEMS_ID = "_items";
export const BATCHES_ID = "_batches";
export const PROCESSOR_ID = "_processor";
export const RESULT_ID = "_result";

/** From top to bottom as they are drawn. */
export const PART_IDS: readonly string[] = [
  START_ID,
  ITEMS_ID,
  BATCHES_ID,
  PROCESSOR_ID,
  RESULT_ID,
];

/** Where the fields of the document are set up. */
const OWNERS: Readonly<Record<string, string>> = {
  input_schema: START_ID,
  items: ITEMS_ID,
  batch_size: BATCHES_ID,
  max_concurrency: BATCHES_ID,
  failure_threshold: BATCHES_ID,
  circuit_breaker: BATCHES_ID,
  enough: BATCHES_ID,
  processor: PROCESSOR_ID,
  result: RESULT_ID,
};

const part = (id: string, type: string, title: string, config: object): Part => ({
  id,
  type,
  title,
  config: config as Part["config"],
  retry: null,
  timeout_seconds: null,
});

/** The parts of a bulk job, which it has always: without a processor its place is one. */
export function partsOf(document: BulkDocument): Part[] {
  const { items, batch_size, max_concurrency, failure_threshold, circuit_breaker } = document;
  const { processor, result, enough } = document;
  const limits = { batch_size, max_concurrency, failure_threshold, circuit_breaker, enough };
  return [
    startPart(document),
    part(ITEMS_ID, "bulk.items", "Items", { items }),
    part(BATCHES_ID, "bulk.batches", "Batches", limits),
    {
      ...part(
        PROCESSOR_ID,
        processor?.type || "bulk.processor",
        "Processor",
        processor?.config ?? {},
      ),
      retry: processor?.retry ?? null,
      timeout_seconds: processor?.timeout_seconds ?? null,
    },
    part(RESULT_ID, "bulk.result", "Result", { result }),
  ];
}

/** The part where a problem's field is set up; null for one of the whole document. */
export function partOfProblem(_: BulkDocument, { field }: ProblemItem): string | null {
  return OWNERS[field?.split(".")[0] ?? ""] ?? null;
}

/** The next part up or down; null at the end. Without a selection the first. */
export function partInDirection(from: string | null, direction: Direction): string | null {
  const at = from === null ? -1 : PART_IDS.indexOf(from);
  if (at < 0) return START_ID;
  const step = direction === "up" || direction === "left" ? -1 : 1;
  return PART_IDS[at + step] ?? null;
}

const NEW_PROCESSOR = { mode: "item", retry: null, timeout_seconds: null } as const;

/** What a task of a type begins with as a processor; mode, retries and limit of `before` stay. */
export function makeProcessor(
  catalog: Catalog,
  type: string,
  before: Processor | null = null,
): Processor {
  return {
    ...NEW_PROCESSOR,
    ...before,
    type,
    config: structuredClone(catalog.get(type)?.default_config ?? {}) as Processor["config"],
  };
}

/** The config of a map node, which may lack fields, with their defaults. */
export function workOf(config: JsonObject): ItemWork {
  const own = (name: string) => (isObject(config[name]) ? config[name] : {});
  const { processor, circuit_breaker: breaker } = config;
  const limit = { failures: 5, open_seconds: 30 };
  return {
    items: (config.items ?? null) as ItemWork["items"],
    processor: isObject(processor)
      ? ({ ...NEW_PROCESSOR, config: {}, ...processor } as Processor)
      : null,
    batch_size: typeof config.batch_size === "number" ? config.batch_size : 100,
    max_concurrency: typeof config.max_concurrency === "number" ? config.max_concurrency : 4,
    failure_threshold: { count: null, percent: null, ...own("failure_threshold") },
    circuit_breaker: isObject(breaker) ? { ...limit, ...breaker } : null,
    enough: typeof config.enough === "number" ? config.enough : null,
    result: {
      mode: "map",
      keep: "${ output }",
      initial: null,
      combine: null,
      ...own("result"),
    } as ItemWork["result"],
  };
}

const asText = (value: unknown): string => (typeof value === "string" ? value : "");

/** The name of the input field that the items are, from `${ input.orders }`; else null. */
export function inputFieldOf(items: unknown): string | null {
  return /^\s*\$\{\s*input\.([A-Za-z_]\w*)\s*\}\s*$/.exec(asText(items))?.[1] ?? null;
}

/** The schema of the input field that the items are; null where they come from elsewhere. */
export function rowsSchemaOf({ items, input_schema }: BulkDocument): JsonObject | null {
  const name = inputFieldOf(items);
  const fields = isObject(input_schema.properties) ? input_schema.properties : {};
  const schema = name === null ? undefined : fields[name];
  return isObject(schema) ? schema : null;
}

/** The start form with another schema of an item; unchanged where the items come from elsewhere. */
export function withItemSchema(document: BulkDocument, itemSchema: JsonObject): JsonObject {
  const name = inputFieldOf(document.items);
  const rows = rowsSchemaOf(document);
  if (name === null || rows === null) return document.input_schema;
  const properties = { ...(document.input_schema.properties as JsonObject) };
  properties[name] = { ...rows, items: itemSchema };
  return { ...document.input_schema, properties };
}
