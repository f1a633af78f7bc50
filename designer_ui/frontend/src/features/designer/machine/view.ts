import {
  INSIDE,
  type MachineDrawing,
  ownSize,
  STATE_HEADER,
  STATE_WIDTH,
} from "@/canvas/machine/drawing";
import type { PlacedMachine } from "@/canvas/machine/routes";
import { type Box, findFreePlace, type Size } from "@/graph/geometry";
import type { Position } from "@/graph/types";
import type { Places } from "@/machine/operations";

/** How a machine stands on the canvas at the moment. */
export interface MachineView {
  drawing: MachineDrawing;
  placed: PlacedMachine;
  /** Where each state lies within what it lies in. */
  places: Places;
}

const contains = (box: Box, { x, y }: Position): boolean =>
  x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height;

/** The innermost state at a point of the canvas. */
export function stateAt(
  { drawing, placed }: MachineView,
  at: Position,
  except: ReadonlySet<string> = new Set(),
): string | null {
  // Inner states come after the outer ones.
  const found = drawing.states.findLast(({ id }) => {
    const box = placed.boxes.get(id);
    return !except.has(id) && box !== undefined && contains(box, at);
  });
  return found?.id ?? null;
}

/** A point of the canvas as a place within a state, clear of its title and border. */
export function placeIn({ drawing, placed }: MachineView, id: string | null, at: Position) {
  const outer = id === null ? undefined : placed.boxes.get(id);
  const state = drawing.states.find((each) => each.id === id);
  if (!outer || !state) return { x: Math.round(at.x), y: Math.round(at.y) };
  const top = ownSize(state).height + INSIDE / 2;
  return {
    x: Math.round(Math.max(INSIDE, at.x - outer.x)),
    y: Math.round(Math.max(top, at.y - outer.y)),
  };
}

/** A free place for a state: behind another one, or behind all that lie there. */
export function freePlace(
  view: MachineView,
  parent: string | null,
  behind: string | null,
  size: Size,
): Position {
  const { drawing, placed } = view;
  const beside = drawing.states.filter((state) => state.parent === parent);
  const boxes = beside.flatMap(({ id }) => placed.boxes.get(id) ?? []);
  const source = behind === null ? undefined : placed.boxes.get(behind);
  const last = source ?? boxes.at(-1);
  const outer = parent === null ? undefined : placed.boxes.get(parent);
  const wish = last
    ? { x: last.x + last.width + 120, y: last.y }
    : { x: (outer?.x ?? 0) + INSIDE, y: (outer?.y ?? 0) + STATE_HEADER + INSIDE };
  return placeIn(view, parent, findFreePlace(wish, size, boxes));
}

export const PLAIN_SIZE: Size = { width: STATE_WIDTH, height: STATE_HEADER };
