import type { PipelineDocument } from "@/api/types";
import type { Part } from "@/documents/types";
import { identifierFrom, uniqueName } from "@/graph/ids";
import type { Catalog } from "@/graph/types";
import { lanesOf, type Step, type TaskStep, walk, withWays } from "./tree";

/** Where the start form is set up: no step, but selected like one. The run's own start has this id. */
export const START_ID = "_start";
export const END_ID = "_end";

/** A type's name as the catalog knows it: the step's own kind, or what its task is. */
export const typeOf = (step: Step): string => (isTask(step) ? step.type : step.step);

export const isTask = (step: Step): step is TaskStep =>
  step.step !== "conditional" && step.step !== "parallel";

/** The step as the shared parts of the designer see it. */
export function partOf(step: Step): Part {
  return isTask(step)
    ? { ...step, retry: step.retry ?? null }
    : {
        id: step.id,
        type: step.step,
        title: step.title,
        config: {},
        retry: null,
        timeout_seconds: null,
      };
}

/** The beginning as a part: it holds the start form. */
export const startPart = (document: Pick<PipelineDocument, "input_schema">): Part => ({
  id: START_ID,
  type: "start",
  title: "Start",
  config: { input_schema: document.input_schema },
  retry: null,
  timeout_seconds: null,
});

export const stepIds = (steps: readonly Step[]): Set<string> =>
  new Set([...walk(steps)].map((found) => found.step.id));

/** A step of a type as the palette gives it, with an id that is free. */
export function makeStep(steps: readonly Step[], catalog: Catalog, type: string): Step {
  const spec = catalog.get(type);
  const title = spec?.title ?? type;
  const id = uniqueName(identifierFrom(title), stepIds(steps));
  if (type === "conditional") {
    return withWays({ step: "conditional", id, title, condition: "" }, [], []);
  }
  if (type === "parallel") {
    return { step: "parallel", id, title, branches: [[], []], max_concurrency: null };
  }
  return {
    step: "task",
    id,
    type,
    title,
    config: structuredClone(spec?.default_config ?? {}),
    retry: null,
    timeout_seconds: null,
  };
}

/** Steps that ran before this one on every or some way to it, nearest first. */
export function stepsBefore(steps: readonly Step[], id: string): Step[] {
  for (const [index, step] of steps.entries()) {
    const isHere = step.id === id;
    const inner = isHere
      ? []
      : lanesOf(step).find((lane) => [...walk(lane)].some((f) => f.step.id === id));
    if (!isHere && !inner) continue;
    const earlier = [...walk(steps.slice(0, index))].map((found) => found.step).reverse();
    return inner ? [...stepsBefore(inner, id), ...earlier] : earlier;
  }
  return [];
}
