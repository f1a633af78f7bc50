import type { ListRef, Place } from "@/pipeline/tree";
import type { CardContent } from "../CardFace";

/** A step as the list draws it, with the lists within it. */
export interface ListStep {
  id: string;
  shape: "task" | "conditional" | "parallel";
  card: CardContent;
  lanes: readonly ListLane[];
}

export interface ListLane {
  label: string;
  steps: readonly ListStep[];
  /** In a run, the id of the edge that leads into it. */
  entry?: string;
}

/** What a person may change. Without it the list is read only. */
export interface ListEditing {
  onAdd: (place: Place) => void;
  onAddLane: (stepId: string) => void;
  onDragStart: (event: React.PointerEvent, step: ListStep) => void;
}

/** Where the pipeline's end stands in a run; its start has the id of the card that is given. */
const END = "_end";

/** What a run's line goes through when a step begins, and what says that it is over. */
const entryOf = (step: ListStep): string =>
  step.shape === "parallel" ? `_split_${step.id}` : step.id;

function exitsOf(step: ListStep): string[] {
  if (step.shape !== "conditional") return [step.id];
  return step.lanes.flatMap((lane) => {
    const last = lane.steps.at(-1);
    return last ? exitsOf(last) : [];
  });
}

/** A line between two steps: crossed once one of `from` has succeeded, `to` has begun, or `edge` was taken. */
export interface Crossing {
  from: readonly string[];
  to?: string;
  edge?: string;
}

/** The short line from a step to the lists within it. */
export const stemOf = (step: ListStep): Crossing => ({ from: [entryOf(step)] });

export function crossingAt(
  steps: readonly ListStep[],
  { owner, index }: Place,
  entry?: string,
): Crossing {
  const before = steps[index - 1];
  const next = steps[index];
  return {
    from: before ? exitsOf(before) : [],
    to: next ? entryOf(next) : owner === null ? END : undefined,
    edge: before ? undefined : entry,
  };
}

/** All steps within a step, at any depth. */
export const innerIds = (step: ListStep): string[] =>
  step.lanes.flatMap((lane) => lane.steps.flatMap((inner) => [inner.id, ...innerIds(inner)]));

/** What the '+' in a gap is called: for people who cannot see where it stands. */
export function gapName(steps: readonly ListStep[], place: Place, within: string): string {
  const before = steps[place.index - 1];
  if (before) return `Add after ${before.card.title}`;
  return within ? `Add to ${within}` : "Add at the beginning";
}

export const isSamePlace = (a: Place | null, b: Place): boolean =>
  a !== null && a.owner === b.owner && a.lane === b.lane && a.index === b.index;

export type { ListRef, Place };

/** A gap of the drawing, as it stands in the window. */
export interface DrawnGap {
  place: Place;
  x: number;
  y: number;
}

/** How far a pointer may be from a gap that it means. */
const REACH = 220;

/** The gap nearest to a point: height counts most, since steps are wider than high. */
export function nearestGap(gaps: readonly DrawnGap[], x: number, y: number): Place | null {
  let best: { place: Place; cost: number } | null = null;
  for (const gap of gaps) {
    const cost = Math.hypot((gap.x - x) / 2, gap.y - y);
    if (cost < REACH && (!best || cost < best.cost)) best = { place: gap.place, cost };
  }
  return best?.place ?? null;
}
