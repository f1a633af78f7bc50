import type { Canvas } from "@/api/types";
import type { Box, Size } from "@/graph/geometry";
import type { Position } from "@/graph/types";
import { INSIDE, type MachineDrawing, ownSize, type StateBox } from "./drawing";
import { type PlacedMachine, routeLines } from "./routes";

export type StatePlaces = Canvas["layout"]["nodes"] | Readonly<Record<string, Position>>;

/** How large each state is: what it says itself, what people gave it, and what lies in it. */
function sizesOf(states: readonly StateBox[], places: StatePlaces): Map<string, Size> | null {
  const sizes = new Map<string, Size>();
  // Inner states come after the outer ones.
  for (const state of states.toReversed()) {
    const place = places[state.id];
    if (!place) return null;
    const own = ownSize(state);
    let width = Math.max(own.width, ("width" in place && place.width) || 0);
    let height = Math.max(own.height, ("height" in place && place.height) || 0);
    for (const child of states) {
      if (child.parent !== state.id) continue;
      const at = places[child.id];
      const size = sizes.get(child.id);
      if (!at || !size) continue;
      width = Math.max(width, at.x + size.width + INSIDE);
      height = Math.max(height, at.y + size.height + INSIDE);
    }
    sizes.set(state.id, { width, height });
  }
  return sizes;
}

/** States where people put them, each within its parent; null where one has no place. */
export function placedStates(drawing: MachineDrawing, places: StatePlaces): PlacedMachine | null {
  const sizes = sizesOf(drawing.states, places);
  if (!sizes) return null;
  const boxes = new Map<string, Box>();
  for (const state of drawing.states) {
    const place = places[state.id];
    const size = sizes.get(state.id);
    if (!place || !size) continue;
    const outer = state.parent === null ? undefined : boxes.get(state.parent);
    boxes.set(state.id, { x: (outer?.x ?? 0) + place.x, y: (outer?.y ?? 0) + place.y, ...size });
  }
  return { boxes, lines: routeLines(boxes, drawing.lines) };
}

/** Where each state lies within what it lies in. */
export function placesWithin(
  drawing: MachineDrawing,
  { boxes }: PlacedMachine,
): Record<string, Position> {
  const places: Record<string, Position> = {};
  for (const { id, parent } of drawing.states) {
    const box = boxes.get(id);
    const outer = parent === null ? undefined : boxes.get(parent);
    if (box) places[id] = { x: box.x - (outer?.x ?? 0), y: box.y - (outer?.y ?? 0) };
  }
  return places;
}
