import type { PipelineDocument } from "@/api/types";
import {
  count,
  describeShared,
  mergeKeyOfShared,
  type SharedOperation,
} from "@/documents/operations";
import type { WorkflowDocument } from "@/documents/types";
import { renameInValue } from "@/graph/expressions";
import type { JsonObject } from "@/graph/types";
import {
  addLane,
  insertSteps,
  moveSteps,
  type Place,
  removeLane,
  removeSteps,
  rewrite,
  type Step,
} from "./tree";

/** Everything that an edit can do to a pipeline. */
export type PipelineOperation =
  | SharedOperation
  | { kind: "insert-steps"; place: Place; steps: Step[] }
  | { kind: "move-steps"; ids: string[]; place: Place }
  | { kind: "set-condition"; nodeId: string; condition: string }
  | { kind: "add-lane"; nodeId: string }
  | { kind: "remove-lane"; nodeId: string; lane: number }
  /** How many branches run at once; null: all. */
  | { kind: "set-bound"; nodeId: string; bound: number | null }
  | { kind: "set-input-schema"; schema: JsonObject };

/** The document as the pipeline that it is; anything else here is a mistake of the caller. */
export function asPipeline(document: WorkflowDocument): PipelineDocument {
  if (document.kind !== "pipeline") {
    throw new Error(`A pipeline was expected, not a ${document.kind}.`);
  }
  return document;
}

function withSteps(document: PipelineDocument, steps: readonly Step[]): PipelineDocument {
  return steps === document.steps ? document : { ...document, steps: [...steps] };
}

const editStep = (document: PipelineDocument, id: string, edit: (step: Step) => Step) =>
  withSteps(
    document,
    rewrite(document.steps, (step) => (step.id === id ? edit(step) : step)),
  );

/** The step's own texts with an id renamed in their expressions; what it holds is not looked at. */
function renameInStep(step: Step, oldId: string, newId: string): Step {
  const id = step.id === oldId ? newId : step.id;
  if (step.step === "conditional") {
    return { ...step, id, condition: renameInValue(step.condition, oldId, newId) as string };
  }
  if (step.step === "parallel") return id === step.id ? step : { ...step, id };
  return { ...step, id, config: renameInValue(step.config, oldId, newId) as JsonObject };
}

/** The document after the operation. The given one is not touched, and unchanged parts are shared. */
export function applyOperation(
  document: PipelineDocument,
  operation: PipelineOperation,
): PipelineDocument {
  const { steps } = document;
  switch (operation.kind) {
    case "insert-steps":
      return withSteps(document, insertSteps(steps, operation.place, operation.steps));
    case "move-steps":
      return withSteps(document, moveSteps(steps, new Set(operation.ids), operation.place));
    case "delete":
      return withSteps(document, removeSteps(steps, new Set(operation.nodeIds)));
    case "edit-node":
      return editStep(
        document,
        operation.nodeId,
        (step) => ({ ...step, ...operation.patch }) as Step,
      );
    case "rename-node":
      return withSteps(
        document,
        rewrite(steps, (step) => renameInStep(step, operation.nodeId, operation.newId)),
      );
    case "set-condition":
      return editStep(document, operation.nodeId, (step) =>
        step.step === "conditional" ? { ...step, condition: operation.condition } : step,
      );
    case "add-lane":
      return editStep(document, operation.nodeId, addLane);
    case "remove-lane":
      return editStep(document, operation.nodeId, (step) => removeLane(step, operation.lane));
    case "set-bound":
      return editStep(document, operation.nodeId, (step) =>
        step.step === "parallel" ? { ...step, max_concurrency: operation.bound } : step,
      );
    case "set-input-schema":
      return { ...document, input_schema: operation.schema };
    case "edit-document":
      return { ...document, ...operation.patch };
    case "replace":
      return asPipeline(operation.document);
  }
}

/** What the operation did, in words for the undo button. */
export function describeOperation(operation: PipelineOperation): string {
  switch (operation.kind) {
    case "insert-steps":
      return `add ${count(operation.steps.length, "step")}`;
    case "move-steps":
      return `move ${count(operation.ids.length, "step")}`;
    case "set-condition":
      return "change a condition";
    case "add-lane":
      return "add a branch";
    case "remove-lane":
      return "remove a branch";
    case "set-bound":
      return "change how many branches run at once";
    case "set-input-schema":
      return "change the start form";
    default:
      return describeShared(operation, "step");
  }
}

/** See `Edit.mergeKey`. */
export function mergeKeyOf(operation: PipelineOperation): string | null {
  switch (operation.kind) {
    case "set-condition":
      return `set-condition ${operation.nodeId}`;
    case "set-bound":
      return `set-bound ${operation.nodeId}`;
    case "set-input-schema":
      return "set-input-schema";
    case "insert-steps":
    case "move-steps":
    case "add-lane":
    case "remove-lane":
      return null;
    default:
      return mergeKeyOfShared(operation);
  }
}
