import type { ConditionalStep, ParallelStep, TaskStep } from "@/api/types";

export type { ConditionalStep, ParallelStep, TaskStep };

export type Step = TaskStep | ConditionalStep | ParallelStep;

/** A list of steps: the pipeline's own, without an owner, or a lane of a step. */
export interface ListRef {
  owner: string | null;
  lane: number;
}

/** A gap in a list: what is put there stands before the step that has this index now. */
export interface Place extends ListRef {
  index: number;
}

export interface FoundStep {
  step: Step;
  place: Place;
  /** The list that holds it. */
  list: readonly Step[];
}

const ROOT: ListRef = { owner: null, lane: 0 };

/** The lists within a step: Then and Otherwise, or the branches; none for a task. */
export function lanesOf(step: Step): readonly (readonly Step[])[] {
  switch (step.step) {
    case "conditional":
      return [step.then, step.otherwise];
    case "parallel":
      return step.branches;
    default:
      return [];
  }
}

/** What the lists within a step are called. */
export function laneNamesOf(step: Step): readonly string[] {
  if (step.step === "conditional") return ["Then", "Otherwise"];
  return lanesOf(step).map((_, index) => `Branch ${index + 1}`);
}

export const hasLanes = (step: Step): boolean => lanesOf(step).length > 0;

/** A conditional step with these lanes. */
export const withWays = (
  step: Omit<ConditionalStep, "then" | "otherwise">,
  first: readonly Step[],
  otherwise: readonly Step[],
): ConditionalStep => ({
  ...step,
  // biome-ignore lint/suspicious/noThenProperty: the document's own word; a step is never awaited
  then: [...first],
  otherwise: [...otherwise],
});

function withLanes(step: Step, lanes: readonly (readonly Step[])[]): Step {
  switch (step.step) {
    case "conditional":
      return withWays(step, lanes[0] ?? [], lanes[1] ?? []);
    case "parallel":
      return { ...step, branches: lanes.map((lane) => [...lane]) };
    default:
      return step;
  }
}

/** All steps with their places, in reading order: a step, then what it holds. */
export function* walk(steps: readonly Step[], within: ListRef = ROOT): Generator<FoundStep> {
  for (const [index, step] of steps.entries()) {
    yield { step, place: { ...within, index }, list: steps };
    for (const [lane, inner] of lanesOf(step).entries()) {
      yield* walk(inner, { owner: step.id, lane });
    }
  }
}

export function findStep(steps: readonly Step[], id: string): FoundStep | undefined {
  for (const found of walk(steps)) if (found.step.id === id) return found;
  return undefined;
}

/** The list that a reference means; undefined when its owner or lane is gone. */
export function listAt(steps: readonly Step[], { owner, lane }: ListRef) {
  if (owner === null) return steps;
  const found = findStep(steps, owner);
  return found && lanesOf(found.step)[lane];
}

/** The step and all steps within it. */
export const stepsWithin = (step: Step): Step[] => [...walk([step])].map((found) => found.step);

/**
 * The steps with each replaced by what `change` makes of it: itself, another, several, or none. What
 * a step holds is changed before the step. Lists and steps that stay the same are the same objects.
 */
export function rewrite(
  steps: readonly Step[],
  change: (step: Step) => Step | readonly Step[],
): readonly Step[] {
  let isSame = true;
  const result = steps.flatMap((step) => {
    const before = lanesOf(step);
    const lanes = before.map((lane) => rewrite(lane, change));
    const inner = lanes.every((lane, index) => lane === before[index])
      ? step
      : withLanes(step, lanes);
    const next = change(inner);
    if (next !== step) isSame = false;
    return next;
  });
  return isSame ? steps : result;
}

/** The steps with more put into a gap. */
export function insertSteps(
  steps: readonly Step[],
  place: Place,
  inserted: readonly Step[],
): readonly Step[] {
  const { owner, lane, index } = place;
  if (owner === null) return steps.toSpliced(index, 0, ...inserted);
  return rewrite(steps, (step) =>
    step.id === owner
      ? withLanes(
          step,
          lanesOf(step).map((list, number) =>
            number === lane ? list.toSpliced(index, 0, ...inserted) : list,
          ),
        )
      : step,
  );
}

/** The chosen steps that lie in no other chosen step, in reading order. */
export function outermost(steps: readonly Step[], ids: ReadonlySet<string>): Step[] {
  return steps.flatMap((step) =>
    ids.has(step.id) ? [step] : lanesOf(step).flatMap((lane) => outermost(lane, ids)),
  );
}

/** The steps without the chosen ones and what lies in them. */
export const removeSteps = (steps: readonly Step[], ids: ReadonlySet<string>): readonly Step[] =>
  rewrite(steps, (step) => (ids.has(step.id) ? [] : step));

/**
 * The steps with the chosen ones taken out and put into a gap together, in reading order. A gap in
 * one of them is no place to go: then nothing changes.
 */
export function moveSteps(
  steps: readonly Step[],
  ids: ReadonlySet<string>,
  place: Place,
): readonly Step[] {
  const moved = outermost(steps, ids);
  const goal = listAt(steps, place);
  const isInMoved = moved.some((step) =>
    stepsWithin(step).some((inner) => inner.id === place.owner),
  );
  if (moved.length === 0 || !goal || isInMoved) return steps;
  const before = goal.slice(0, place.index).filter((step) => ids.has(step.id)).length;
  const index = place.index - before;
  const rest = removeSteps(steps, new Set(moved.map((step) => step.id)));
  const result = insertSteps(rest, { ...place, index }, moved);
  const isSame = (list: readonly Step[] | undefined) =>
    list?.length === goal.length && list.every((step, at) => step === goal[at]);
  return isSame(listAt(result, place)) ? steps : result;
}

/** The step with a lane more, or without one; a parallel step keeps at least one. */
export function addLane(step: Step): Step {
  return step.step === "parallel" ? withLanes(step, [...step.branches, []]) : step;
}

export function removeLane(step: Step, lane: number): Step {
  if (step.step !== "parallel" || step.branches.length < 2) return step;
  return withLanes(step, step.branches.toSpliced(lane, 1));
}
