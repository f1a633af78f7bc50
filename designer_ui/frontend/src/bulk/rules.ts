import { canonicalText } from "@/documents/compare";
import type { DocumentRules } from "@/documents/rules";
import { isObject } from "@/graph/types";
import { bulkCatalog, isOffered } from "./catalog";
import { copyProcessor } from "./clipboard";
import { applyOperation, type BulkOperation, describeOperation, mergeKeyOf } from "./operations";
import { type BulkDocument, PROCESSOR_ID, partOfProblem, partsOf } from "./parts";

function partTexts(bulk: BulkDocument): Map<string, string> {
  const texts = new Map(partsOf(bulk).map((part) => [part.id, canonicalText(part)]));
  return texts.set(PROCESSOR_ID, canonicalText(bulk.processor));
}

function changedParts(bulk: BulkDocument, other: BulkDocument): ReadonlySet<string> {
  const before = partTexts(other);
  const changed = [...partTexts(bulk)].filter(([id, text]) => before.get(id) !== text);
  return new Set(changed.map(([id]) => id));
}

/** Bulk jobs: items, what is done with each of them, and what becomes of the outputs. */
export const bulkRules: DocumentRules<BulkDocument, BulkOperation> = {
  catalogOf: bulkCatalog,
  isOffered,
  isDocument: (value) => value.kind === "bulk" && isObject(value.result) && "items" in value,
  apply: applyOperation,
  describe: describeOperation,
  mergeKeyOf,
  partsOf,
  hasEdge: () => false,
  changedParts,
  partOfProblem,
  inputSchemaOf: ({ input_schema: schema }) => (isObject(schema) ? schema : {}),
  partsBefore: () => [],
  seesError: () => false,
  sizeInWords: ({ processor }) => (processor ? `one task, ${processor.type}` : "no task"),
  copy: copyProcessor,
};
