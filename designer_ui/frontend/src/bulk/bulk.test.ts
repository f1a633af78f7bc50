import { describe, expect, it } from "vitest";
import { editOf, rulesOf } from "@/documents/rules";
import { fieldsFromSchema, schemaFromFields } from "@/graph/schemaFields";
import { testCatalog } from "@/graph/testCatalog";
import type { Catalog, JsonObject, NodeType, ProblemItem } from "@/graph/types";
import { bulkCatalog, isOffered } from "./catalog";
import { copyProcessor, readProcessor } from "./clipboard";
import { fitNumber } from "./limits";
import { itemSampleOf, localScope } from "./names";
import { applyOperation, type BulkOperation } from "./operations";
import {
  type BulkDocument,
  inputFieldOf,
  makeProcessor,
  PROCESSOR_ID,
  partInDirection,
  partsOf,
  rowsSchemaOf,
  withItemSchema,
} from "./parts";

const processor = makeProcessor(testCatalog, "task");

const bulk = (patch: Partial<BulkDocument> = {}): BulkDocument => ({
  format: 1,
  kind: "bulk",
  description: "",
  vars: {},
  settings: { timeout_seconds: null, retry: null, on_failure: "stop" },
  input_schema: {
    type: "object",
    properties: { items: { type: ["array", "object"], "x-widget": "rows" } },
  },
  items: "${ input.items }",
  processor: null,
  batch_size: 100,
  max_concurrency: 4,
  failure_threshold: { count: null, percent: null },
  circuit_breaker: null,
  enough: null,
  result: { mode: "map", keep: "${ output }", initial: null, combine: null },
  ...patch,
});

const problem = (field: string): ProblemItem => ({ field }) as ProblemItem;

const catalog: Catalog = bulkCatalog(
  new Map([
    ...testCatalog,
    ["work", { ...(testCatalog.get("task") as NodeType), name: "work", execution: "worker" }],
  ]),
);

describe("the catalog", () => {
  it("offers what workers carry out, and nothing else", () => {
    expect([...catalog.keys()].filter(isOffered)).toEqual(["work"]);
  });
});

describe("operations", () => {
  it("choose, set up and remove the processor, and leave the given document alone", () => {
    const empty = bulk();
    const chosen = applyOperation(empty, { kind: "set-processor", processor });
    expect(chosen.processor?.type).toBe("task");
    expect(empty.processor).toBeNull();

    const edited = applyOperation(chosen, {
      kind: "edit-node",
      nodeId: PROCESSOR_ID,
      patch: { config: { url: "x" }, timeout_seconds: 5 },
    });
    expect(edited.processor).toEqual({ ...processor, config: { url: "x" }, timeout_seconds: 5 });

    const gone: BulkOperation = { kind: "delete", nodeIds: [PROCESSOR_ID], edgeIds: [] };
    expect(applyOperation(edited, gone).processor).toBeNull();
    expect(applyOperation(edited, { ...gone, nodeIds: ["_items", "_result"] })).toBe(edited);
  });

  it("a new type keeps mode, retries and time limit, and takes its own settings", () => {
    const before = { ...processor, mode: "batch" as const, timeout_seconds: 9, config: { a: 1 } };
    const next = makeProcessor(catalog, "work", before);
    expect(next).toEqual({
      type: "work",
      config: {},
      mode: "batch",
      retry: null,
      timeout_seconds: 9,
    });
  });

  it("edits of the same field are one step for undo, of another field are not", () => {
    const keyOf = (patch: JsonObject) =>
      editOf(bulk(), { kind: "edit-work", patch } as BulkOperation).mergeKey;
    expect(keyOf({ batch_size: 1 })).toBe(keyOf({ batch_size: 12 }));
    expect(keyOf({ batch_size: 1 })).not.toBe(keyOf({ max_concurrency: 1 }));
    expect(editOf(bulk(), { kind: "set-processor", processor }).mergeKey).toBeNull();
  });

  it("say what they did", () => {
    const edit = editOf(bulk(), { kind: "edit-work", patch: { batch_size: 7 } });
    expect(edit.label).toBe("change the batch size");
    expect((edit.document as BulkDocument).batch_size).toBe(7);
  });
});

describe("parts", () => {
  const rules = rulesOf({ kind: "bulk" });

  it("stand in the order of the work, with and without a processor", () => {
    const ids = ["_start", "_items", "_batches", "_processor", "_result"];
    expect(partsOf(bulk()).map((part) => part.id)).toEqual(ids);
    expect(partsOf(bulk({ processor })).map((part) => part.type)).toEqual([
      "start",
      "bulk.items",
      "bulk.batches",
      "task",
      "bulk.result",
    ]);
  });

  it("are found by the field of a problem", () => {
    const placeOf = (field: string) => rules.partOfProblem(bulk(), problem(field));
    expect(placeOf("processor.config.url")).toBe("_processor");
    expect(placeOf("failure_threshold")).toBe("_batches");
    expect(placeOf("input_schema.properties.x")).toBe("_start");
    expect(placeOf("result.keep")).toBe("_result");
    expect(placeOf("items")).toBe("_items");
    expect(placeOf("vars")).toBeNull();
  });

  it("count as changed where they are set up, and nowhere else", () => {
    const changed = (patch: Partial<BulkDocument>) => [
      ...rules.changedParts(bulk(patch), bulk({ processor })),
    ];
    expect(changed({ processor })).toEqual([]);
    expect(changed({ processor: { ...processor, mode: "batch" } })).toEqual(["_processor"]);
    expect(changed({ processor, batch_size: 1 })).toEqual(["_batches"]);
  });

  it("are walked by the arrow keys, and end at the ends", () => {
    expect(partInDirection(null, "down")).toBe("_start");
    expect(partInDirection("_items", "down")).toBe("_batches");
    expect(partInDirection("_items", "up")).toBe("_start");
    expect(partInDirection("_result", "down")).toBeNull();
  });
});

describe("items", () => {
  it("come from a field of the input when the expression is nothing but its name", () => {
    expect(inputFieldOf("${ input.orders }")).toBe("orders");
    expect(inputFieldOf("${input.orders}")).toBe("orders");
    expect(inputFieldOf("${ input.orders.open }")).toBeNull();
    expect(inputFieldOf([1])).toBeNull();
    expect(rowsSchemaOf(bulk({ items: "${ input.other }" }))).toBeNull();
  });

  it("keep the schema of an item in the start form, also when its fields are edited there", () => {
    const itemSchema = { type: "object", properties: { name: { type: "string" } } };
    const document = bulk();
    const schema = withItemSchema(document, itemSchema);
    const fields = fieldsFromSchema(schema) ?? [];
    expect(schemaFromFields(fields, schema)).toEqual(schema);
    const edited = bulk({ input_schema: schema as BulkDocument["input_schema"] });
    expect(rowsSchemaOf(edited)?.items).toEqual(itemSchema);
    expect(rowsSchemaOf(document)?.items).toBeUndefined();
  });

  it("are sampled from the sample input, else from the schema of an item", () => {
    const sampled = itemSampleOf(bulk(), bulk().input_schema, { items: [{ name: "Ann", age: 4 }] });
    expect(sampled.item).toEqual({ name: "Ann", age: 4 });
    const { names, sample } = localScope(bulk({ processor }), "processor", sampled, catalog);
    expect(names.map((name) => `${name.path}: ${name.type}`)).toEqual([
      "item: object",
      "item.name: string",
      "item.age: number",
      "index: integer",
    ]);
    expect(sample).toEqual({ item: { name: "Ann", age: 4 }, index: 0 });

    const schema = withItemSchema(bulk(), {
      type: "object",
      properties: { name: { type: "string" } },
    });
    expect(itemSampleOf(bulk(), schema, { items: [] }).item).toEqual({ name: "text" });
    expect(itemSampleOf(bulk(), schema, { items: { upload: "x" } }).item).toEqual({ name: "text" });
    expect(itemSampleOf(bulk({ items: [5, 6] }), schema, {}).item).toBe(5);
    expect(itemSampleOf(bulk({ items: "${ vars.x }" }), schema, {}).item).toEqual({});
  });

  it("a batch processor reads items, a result what came out, a reduce the value so far", () => {
    const one = { schema: {}, item: { a: 1 } };
    const pathsOf = (document: BulkDocument, place: "processor" | "result") =>
      localScope(document, place, one, catalog).names.map((name) => name.path);
    expect(pathsOf(bulk({ processor: { ...processor, mode: "batch" } }), "processor")).toEqual([
      "items",
      "index",
    ]);
    const work = makeProcessor(catalog, "work");
    expect(pathsOf(bulk({ processor: work }), "result")).toEqual([
      "item",
      "index",
      "output",
      "output.total",
    ]);
    const result = { ...bulk().result, mode: "reduce" as const, initial: 10 };
    const reduce = localScope(bulk({ processor: work, result }), "result", one, catalog);
    expect(reduce.names[0]?.path).toBe("accumulator");
    expect(reduce.sample).toEqual({
      item: { a: 1 },
      index: 0,
      output: { total: 1 },
      accumulator: 10,
    });
  });
});

describe("the clipboard", () => {
  it("carries the processor, and takes nothing else", () => {
    const document = bulk({ processor });
    expect(copyProcessor(document, new Set(["_items"]))).toBe("");
    expect(readProcessor(copyProcessor(document, new Set([PROCESSOR_ID])))).toEqual(processor);
    const strange = { mark: "flowdeck/processor", processor: { ...processor, more: 1 } };
    expect(readProcessor(JSON.stringify(strange))).toEqual(processor);
    expect(readProcessor("{}")).toBeNull();
    expect(readProcessor("no json")).toBeNull();
  });
});

describe("numbers", () => {
  it("are kept as the server takes them", () => {
    const whole = { type: "integer", minimum: 1, maximum: 10 };
    expect([0, 1.6, 7, 11].map((given) => fitNumber(whole, given))).toEqual([1, 2, 7, 10]);
    const count = { type: ["integer", "null"], minimum: 0 };
    expect([-3, 2.4].map((given) => fitNumber(count, given))).toEqual([0, 2]);
    const pause = { type: "number", exclusiveMinimum: 0, default: 30 };
    expect([0, 0.5].map((given) => fitNumber(pause, given))).toEqual([30, 0.5]);
  });
});
