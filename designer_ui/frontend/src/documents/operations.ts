import type { GraphDocument, WorkflowNode } from "@/graph/types";
import type { WorkflowDocument } from "./types";

/** What every kind of document can do; the shared parts of the designer use nothing else. */
export type SharedOperation =
  | { kind: "delete"; nodeIds: string[]; edgeIds: string[] }
  | {
      kind: "edit-node";
      nodeId: string;
      patch: Partial<Omit<WorkflowNode, "id">>;
      /** Outputs that are called differently after the edit, so that their edges stay. */
      renamedPorts?: Record<string, string>;
      /** Outputs that are gone after the edit, with their edges. */
      removedPorts?: string[];
    }
  | { kind: "rename-node"; nodeId: string; newId: string }
  | {
      kind: "edit-document";
      patch: Partial<Pick<GraphDocument, "description" | "vars" | "settings">>;
    }
  | { kind: "replace"; document: WorkflowDocument; reason: string };

/** "1 node", "2 nodes". */
export const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? "" : "s"}`;

/** What a shared operation did, in words for the undo button; `noun` is what the kind calls a part. */
export function describeShared(operation: SharedOperation, noun: string): string {
  switch (operation.kind) {
    case "delete":
      return operation.nodeIds.length > 0
        ? `delete ${count(operation.nodeIds.length, noun)}`
        : `delete ${count(operation.edgeIds.length, "connection")}`;
    case "edit-node":
      return operation.patch.title === undefined ? `change ${operation.nodeId}` : "change a title";
    case "rename-node":
      return `rename ${operation.nodeId}`;
    case "edit-document":
      return "change the settings";
    case "replace":
      return operation.reason;
  }
}

/**
 * Two operations with the same key in a short time are one step for undo: typing a word is one
 * edit, not five. Null never merges.
 */
export function mergeKeyOfShared(operation: SharedOperation): string | null {
  switch (operation.kind) {
    case "edit-node":
      return `edit-node ${operation.nodeId} ${Object.keys(operation.patch).sort().join()}`;
    case "edit-document":
      return "edit-document";
    default:
      return null;
  }
}
