import { describeShared, mergeKeyOfShared, type SharedOperation } from "@/documents/operations";
import type { WorkflowDocument } from "@/documents/types";
import type { JsonObject } from "@/graph/types";
import { type BulkDocument, type ItemWork, PROCESSOR_ID, type Processor } from "./parts";

/** Everything that an edit can do to a bulk job. */
export type BulkOperation =
  | SharedOperation
  | { kind: "set-processor"; processor: Processor | null }
  | { kind: "edit-work"; patch: Partial<ItemWork> }
  | { kind: "set-input-schema"; schema: JsonObject };

/** The document as the bulk job that it is; anything else here is a mistake of the caller. */
export function asBulk(document: WorkflowDocument): BulkDocument {
  if (document.kind !== "bulk") throw new Error(`A bulk job was expected, not a ${document.kind}.`);
  return document;
}

function editProcessor(
  bulk: BulkDocument,
  { nodeId, patch }: Extract<SharedOperation, { kind: "edit-node" }>,
): BulkDocument {
  if (nodeId !== PROCESSOR_ID || bulk.processor === null) return bulk;
  const { config, retry, timeout_seconds: timeout } = patch;
  const processor = {
    ...bulk.processor,
    ...(config !== undefined && { config: config as Processor["config"] }),
    ...(retry !== undefined && { retry }),
    ...(timeout !== undefined && { timeout_seconds: timeout }),
  };
  return { ...bulk, processor };
}

/** The document after the operation. The given one is not touched. */
export function applyOperation(bulk: BulkDocument, operation: BulkOperation): BulkDocument {
  switch (operation.kind) {
    case "set-processor":
      return { ...bulk, processor: operation.processor };
    case "edit-work":
      return { ...bulk, ...operation.patch };
    case "set-input-schema":
      return { ...bulk, input_schema: operation.schema as BulkDocument["input_schema"] };
    case "delete":
      return operation.nodeIds.includes(PROCESSOR_ID) && bulk.processor !== null
        ? { ...bulk, processor: null }
        : bulk;
    case "edit-node":
      return editProcessor(bulk, operation);
    case "rename-node":
      return bulk;
    case "edit-document":
      return { ...bulk, ...operation.patch } as BulkDocument;
    case "replace":
      return asBulk(operation.document);
  }
}

const FIELD_WORDS: Readonly<Record<string, string>> = {
  items: "the items",
  processor: "the processor",
  batch_size: "the batch size",
  max_concurrency: "the batches at once",
  failure_threshold: "the failure threshold",
  circuit_breaker: "the circuit breaker",
  enough: "how many are enough",
  result: "the result",
};

/** What the operation did, in words for the undo button. */
export function describeOperation(operation: BulkOperation): string {
  switch (operation.kind) {
    case "set-processor":
      return operation.processor ? "choose the processor" : "remove the processor";
    case "edit-work": {
      const words = Object.keys(operation.patch).map((name) => FIELD_WORDS[name] ?? name);
      return `change ${words.join(" and ")}`;
    }
    case "set-input-schema":
      return "change the start form";
    case "delete":
      return "remove the processor";
    default:
      return describeShared(operation, "part");
  }
}

/** See `Edit.mergeKey`. */
export function mergeKeyOf(operation: BulkOperation): string | null {
  switch (operation.kind) {
    case "set-input-schema":
      return operation.kind;
    case "edit-work":
      return `edit-work ${Object.keys(operation.patch).sort().join()}`;
    case "set-processor":
      return null;
    default:
      return mergeKeyOfShared(operation);
  }
}
