import type { PipelineDocument } from "@/api/types";
import { renameInText, renameInValue } from "@/graph/expressions";
import { isNodeId, uniqueName } from "@/graph/ids";
import { isObject, type JsonObject } from "@/graph/types";
import type { PipelineOperation } from "./operations";
import { isTask, stepIds } from "./steps";
import { outermost, type Place, rewrite, type Step, walk } from "./tree";

const MARK = "flowdeck/steps";

/** The chosen steps with all that they hold as JSON, for the clipboard. Empty without steps. */
export function copySteps(document: PipelineDocument, ids: ReadonlySet<string>): string {
  const steps = outermost(document.steps, ids);
  return steps.length === 0 ? "" : JSON.stringify({ mark: MARK, steps }, null, 2);
}

const isSteps = (value: unknown): value is Step[] => Array.isArray(value) && value.every(isStep);

function isStep(value: unknown): value is Step {
  if (!isObject(value) || typeof value.id !== "string" || !isNodeId(value.id)) return false;
  switch (value.step) {
    case "conditional":
      return typeof value.condition === "string" && isSteps(value.then) && isSteps(value.otherwise);
    case "parallel":
      return (
        Array.isArray(value.branches) && value.branches.length > 0 && value.branches.every(isSteps)
      );
    case undefined:
    case "task":
      return typeof value.type === "string" && isObject(value.config);
    default:
      return false;
  }
}

/** Written by hand, a task may leave out what is usual. */
const completed = (step: Step): Step =>
  isTask(step)
    ? { ...step, step: "task", title: step.title ?? "", retry: step.retry ?? null }
    : { ...step, title: step.title ?? "" };

/** What stands in the clipboard: copied steps, or a whole pipeline; null for anything else. */
export function readSteps(text: string): Step[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || (value.mark !== MARK && value.kind !== "pipeline")) return null;
  return isSteps(value.steps) ? [...rewrite(value.steps, completed)] : null;
}

/** Paste as an operation: fresh ids where they are taken, and expressions follow them. */
export function planPaste(
  document: PipelineDocument,
  pasted: readonly Step[],
  place: Place,
): Extract<PipelineOperation, { kind: "insert-steps" }> {
  const taken = stepIds(document.steps);
  const renamed = new Map<string, string>();
  for (const { step } of walk(pasted)) {
    const id = taken.has(step.id) ? uniqueName(step.id.replace(/_\d+$/, ""), taken) : step.id;
    taken.add(id);
    renamed.set(step.id, id);
  }
  // In two passes over names that nothing else has, so that swapped names do not meet.
  const passes = [
    ...[...renamed.keys()].map((old) => [old, `__${old}`] as const),
    ...[...renamed].map(([old, id]) => [`__${old}`, id] as const),
  ];
  const steps = rewrite(pasted, (step) => {
    const id = renamed.get(step.id) ?? step.id;
    if (step.step === "conditional") {
      const condition = passes.reduce(
        (text, [from, to]) => renameInText(text, from, to),
        step.condition,
      );
      return { ...step, id, condition };
    }
    if (!isTask(step)) return { ...step, id };
    const config = passes.reduce<unknown>(
      (value, [from, to]) => renameInValue(value, from, to),
      step.config,
    );
    return { ...step, id, config: config as JsonObject };
  });
  return { kind: "insert-steps", place, steps: [...steps] };
}
