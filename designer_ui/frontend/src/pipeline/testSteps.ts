import type { PipelineDocument } from "@/api/types";
import { type Step, walk, withWays } from "./tree";

/** A task for tests. */
export const task = (id: string, config: Record<string, unknown> = {}): Step => ({
  step: "task",
  id,
  type: "task",
  title: id,
  config,
  retry: null,
  timeout_seconds: null,
});

export const choice = (
  id: string,
  condition: string,
  first: Step[] = [],
  otherwise: Step[] = [],
): Step => withWays({ step: "conditional", id, title: id, condition }, first, otherwise);

export const parallel = (id: string, ...branches: Step[][]): Step => ({
  step: "parallel",
  max_concurrency: null,
  id,
  title: id,
  branches,
});

export const pipeline = (...steps: Step[]): PipelineDocument => ({
  format: 1,
  kind: "pipeline",
  description: "",
  vars: {},
  settings: { timeout_seconds: null, retry: null, on_failure: "stop" },
  input_schema: {},
  steps,
});

/** `a choice(b | c) d`: the ids as they stand, lanes in brackets. */
export function shape(steps: readonly Step[]): string {
  return steps
    .map((step) => {
      if (step.step === "conditional") {
        return `${step.id}(${shape(step.then)} | ${shape(step.otherwise)})`;
      }
      return step.step === "parallel"
        ? `${step.id}(${step.branches.map(shape).join(" | ")})`
        : step.id;
    })
    .join(" ");
}

export const idsOf = (steps: readonly Step[]): string[] =>
  [...walk(steps)].map(({ step }) => step.id);
