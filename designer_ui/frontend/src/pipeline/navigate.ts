import type { Direction } from "@/graph/navigate";
import { START_ID } from "./steps";
import { findStep, laneNamesOf, lanesOf, listAt, type Place, type Step } from "./tree";

/** The last step to be read within a step that stands above: the end of its first lane that holds any. */
function lastWithin(step: Step): Step {
  const last = lanesOf(step)
    .find((lane) => lane.length > 0)
    ?.at(-1);
  return last ? lastWithin(last) : step;
}

function below(steps: readonly Step[], id: string, entersLanes: boolean): string | null {
  const found = findStep(steps, id);
  if (!found) return null;
  const inner = entersLanes && lanesOf(found.step).find((lane) => lane.length > 0)?.[0];
  if (inner) return inner.id;
  const next = found.list[found.place.index + 1];
  if (next) return next.id;
  return found.place.owner === null ? null : below(steps, found.place.owner, false);
}

function above(steps: readonly Step[], id: string): string | null {
  const found = findStep(steps, id);
  const before = found?.list[found.place.index - 1];
  return before ? lastWithin(before).id : (found?.place.owner ?? null);
}

/** Same height in the next lane that holds steps, of the nearest step around that has one. */
function beside(steps: readonly Step[], id: string, by: 1 | -1): string | null {
  const found = findStep(steps, id);
  if (!found || found.place.owner === null) return null;
  const owner = findStep(steps, found.place.owner);
  const lanes = owner ? lanesOf(owner.step) : [];
  for (let lane = found.place.lane + by; lane >= 0 && lane < lanes.length; lane += by) {
    const list = lanes[lane] ?? [];
    const step = list[Math.min(found.place.index, list.length - 1)];
    if (step) return step.id;
  }
  return beside(steps, found.place.owner, by);
}

/** The step that an arrow key leads to, or null at the edge. */
export function findNeighbour(
  steps: readonly Step[],
  id: string,
  direction: Direction,
): string | null {
  switch (direction) {
    case "down":
      return below(steps, id, true);
    case "up":
      return above(steps, id);
    case "left":
      return beside(steps, id, -1);
    case "right":
      return beside(steps, id, 1);
  }
}

/** The same, with the start above the first step; without a step, the first one. */
export function stepInDirection(
  steps: readonly Step[],
  from: string | null,
  direction: Direction,
): string | null {
  const first = steps[0]?.id;
  if (from === null || from === START_ID) {
    return from === null || direction === "down" ? (first ?? START_ID) : null;
  }
  const next = findNeighbour(steps, from, direction);
  return next ?? (direction === "up" && first === from ? START_ID : null);
}

/**
 * The gap that Alt and an arrow key move a step to: up and down through every place there is, into
 * and out of the lanes of other steps; left and right to the next lane. Null where it cannot go on.
 */
export function placeInDirection(
  steps: readonly Step[],
  id: string,
  direction: Direction,
): Place | null {
  const found = findStep(steps, id);
  if (!found) return null;
  const { place, list } = found;
  if (direction === "left" || direction === "right") {
    const lane = place.lane + (direction === "left" ? -1 : 1);
    const goal = place.owner === null ? undefined : listAt(steps, { owner: place.owner, lane });
    return goal ? { ...place, lane, index: Math.min(place.index, goal.length) } : null;
  }
  const isDown = direction === "down";
  const other = list[place.index + (isDown ? 1 : -1)];
  if (other) {
    const lanes = lanesOf(other);
    if (lanes.length === 0) return { ...place, index: place.index + (isDown ? 2 : -1) };
    const lane = isDown ? 0 : lanes.length - 1;
    return { owner: other.id, lane, index: isDown ? 0 : (lanes[lane]?.length ?? 0) };
  }
  if (place.owner === null) return null;
  const next = { owner: place.owner, lane: place.lane + (isDown ? 1 : -1) };
  const goal = listAt(steps, next);
  if (goal) return { ...next, index: isDown ? 0 : goal.length };
  const owner = findStep(steps, place.owner);
  return owner ? { ...owner.place, index: owner.place.index + (isDown ? 1 : 0) } : null;
}

/** A place where the next step may go, and what it is called. */
export interface NamedPlace {
  id: string;
  label: string;
  place: Place;
  isUsed: boolean;
}

/** Where a step may be added at the selected one: in each of its lanes, and below it. */
export function placesAt(steps: readonly Step[], id: string | null): NamedPlace[] {
  const found = id === null ? undefined : findStep(steps, id);
  if (!found) {
    // Nothing is selected: at the end; the start is: at the beginning.
    const index = id === null ? steps.length : 0;
    return [{ id: "next", label: "Next", place: { owner: null, lane: 0, index }, isUsed: false }];
  }
  const { step, place } = found;
  const names = laneNamesOf(step);
  const lanes = lanesOf(step).map((list, lane) => ({
    id: `lane-${lane}`,
    label: names[lane] ?? "",
    place: { owner: step.id, lane, index: list.length },
    isUsed: list.length > 0,
  }));
  const after = { ...place, index: place.index + 1 };
  return [...lanes, { id: "below", label: "Below", place: after, isUsed: false }];
}

/** The place that is meant when nobody says: the first empty lane, else below. */
export const usualPlace = (places: readonly NamedPlace[]): NamedPlace | undefined =>
  places.find((each) => !each.isUsed);
