import type { BulkOperation } from "@/bulk/operations";
import { bulkRules } from "@/bulk/rules";
import type { GraphOperation } from "@/graph/operations";
import { graphRules } from "@/graph/rules";
import type { Catalog, JsonObject, NodeType, ProblemItem } from "@/graph/types";
import type { MachineOperation } from "@/machine/operations";
import { machineRules } from "@/machine/rules";
import type { PipelineOperation } from "@/pipeline/operations";
import { pipelineRules } from "@/pipeline/rules";
import type { SagaOperation } from "@/saga/operations";
import { sagaRules } from "@/saga/rules";
import type { Edit } from "./history";
import type { ExpressionName } from "./names";
import type { Part, StoredDocument, WorkflowDocument } from "./types";

export type Operation =
  | GraphOperation
  | PipelineOperation
  | SagaOperation
  | MachineOperation
  | BulkOperation;

/**
 * What the designer knows of a kind of document: pure rules, without the page. A new kind is drawn
 * by the same designer once it has these and a canvas.
 */
export interface DocumentRules<D = WorkflowDocument, O = Operation> {
  /** The server's node types, those of the kind's own, and for machines their actions. */
  catalogOf(types: Catalog, actions: readonly NodeType[]): Catalog;
  /** Whether something of the type can be drawn in this kind. */
  isOffered(type: string): boolean;
  /** Whether stored JSON has the shape that the other rules rely on. */
  isDocument(value: JsonObject): boolean;
  /** The document after the operation. The given one is not touched, and unchanged parts are shared. */
  apply(document: D, operation: O): D;
  /** What the operation did, in words for the undo button: "move 2 nodes". */
  describe(operation: O): string;
  /** See `Edit.mergeKey`. */
  mergeKeyOf(operation: O): string | null;
  /** Everything that can be selected and set up, in reading order. */
  partsOf(document: D): readonly Part[];
  /** Whether a connection of this id is still there. */
  hasEdge(document: D, edgeId: string): boolean;
  /** Ids of the parts that are new or differ from those of another document; layout does not count. */
  changedParts(document: D, other: D): ReadonlySet<string>;
  /** The part where a problem is to be shown, or null for one of the whole document. */
  partOfProblem(document: D, problem: ProblemItem): string | null;
  /** JSON Schema of the start form. */
  inputSchemaOf(document: D): JsonObject;
  /** Parts whose outputs an expression in this part may read, nearest first. */
  partsBefore(document: D, partId: string): readonly Part[];
  /** Whether `error` is known there. */
  seesError(document: D, catalog: Catalog, partId: string): boolean;
  /** Names that only this kind's expressions know, there. */
  ownNames?(document: D, partId: string): readonly ExpressionName[];
  /** Made-up values of those names, for previews. */
  sampleNames?(document: D, partId: string, input: JsonObject): JsonObject;
  /** "3 nodes, 2 connections". */
  sizeInWords(document: D): string;
  /** The chosen parts as JSON for the clipboard; empty without any. */
  copy(document: D, ids: ReadonlySet<string>): string;
}

/** Methods take wider arguments than the kinds' own, so `rulesOf` is the only way in. */
const rules: Readonly<Record<string, DocumentRules>> = {
  graph: graphRules as DocumentRules,
  pipeline: pipelineRules as DocumentRules,
  saga: sagaRules as DocumentRules,
  state_machine: machineRules as DocumentRules,
  bulk: bulkRules as DocumentRules,
};

/** The rules of a document's kind. */
export function rulesOf(document: { kind: string }): DocumentRules {
  const found = rules[document.kind];
  if (!found) throw new Error(`There are no rules for documents of the kind “${document.kind}”.`);
  return found;
}

export const hasRules = (kind: string): boolean => kind in rules;

/** The document as the designer edits it. The page asks `hasRules` before it opens one. */
export function asDrawn(document: StoredDocument): WorkflowDocument {
  if (!hasRules(document.kind)) throw new Error(`The kind ${document.kind} is not drawn by hand.`);
  return document as WorkflowDocument;
}

/** An operation carried out, with what the history wants to know of it. */
export function editOf(document: WorkflowDocument, operation: Operation): Edit {
  const own = rulesOf(document);
  return {
    document: own.apply(document, operation),
    label: own.describe(operation),
    mergeKey: own.mergeKeyOf(operation),
  };
}
