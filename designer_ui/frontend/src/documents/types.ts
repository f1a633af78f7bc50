import type {
  BulkDocument,
  CompensationSaga,
  PipelineDocument,
  StateMachineDocument,
  TccSaga,
  WorkflowDetail,
} from "@/api/types";
import type { GraphDocument, WorkflowNode } from "@/graph/types";

export type { PipelineDocument };

/** What the designer edits, of any kind. */
export type WorkflowDocument =
  | GraphDocument
  | PipelineDocument
  | CompensationSaga
  | TccSaga
  | StateMachineDocument
  | BulkDocument;

/** What a workflow of any kind holds, also of those that are not drawn by hand. */
export type StoredDocument = WorkflowDetail["draft"]["document"];

/** What can be selected and set up, whatever the kind: a graph's node, a pipeline's step. */
export type Part = Pick<
  WorkflowNode,
  "id" | "type" | "title" | "config" | "retry" | "timeout_seconds"
>;
