import { INSIDE, STATE_HEADER, STATE_WIDTH } from "@/canvas/machine/drawing";
import { placesWithin } from "@/canvas/machine/placed";
import { type Direction, findNeighbour } from "@/graph/navigate";
import type { Position } from "@/graph/types";
import { isStateType } from "@/machine/catalog";
import { readClip, withFreshIds } from "@/machine/clipboard";
import { makeAction, makeState, makeTransition, whyNot } from "@/machine/making";
import type { Places } from "@/machine/operations";
import {
  asMachine,
  findState,
  idsWithin,
  type Machine,
  mayHold,
  type State,
  walk,
} from "@/machine/states";
import { toast } from "@/ui/toast";
import type { NodePreset } from "../canvasHandle";
import type { DesignerStore } from "../store/designerStore";
import { type MachineGoal, usualGoal } from "./goals";
import { freePlace, type MachineView, PLAIN_SIZE, placeIn, stateAt } from "./view";

export const NUDGE = 20;
const PASTE_OFFSET = 40;

export const machineOf = (store: DesignerStore): Machine =>
  asMachine(store.getState().history.present);

/** The one selected part, or null. */
export function selectedPart(store: DesignerStore): string | null {
  const { nodes } = store.getState().selection;
  return nodes.size === 1 ? ([...nodes][0] ?? null) : null;
}

/** The children of a new state side by side. */
function placesOfChildren({ children }: State): Record<string, Position> {
  return Object.fromEntries(
    children.map(({ id }, index) => [
      id,
      { x: INSIDE + index * (STATE_WIDTH + INSIDE), y: STATE_HEADER + INSIDE / 2 },
    ]),
  );
}

function addState(
  store: DesignerStore,
  view: MachineView,
  type: string,
  { parent, from }: Extract<MachineGoal, { kind: "state" }>,
  at: Position | null,
): string {
  const machine = machineOf(store);
  const state = makeState(machine, type.replace("state.", "") as State["type"]);
  const source = from === null ? undefined : findState(machine, from);
  const inner = state.children.length * (STATE_WIDTH + INSIDE) + INSIDE;
  const size = { ...PLAIN_SIZE, width: Math.max(PLAIN_SIZE.width, inner) };
  const place = at ? placeIn(view, parent, at) : freePlace(view, parent, from, size);
  const taken = new Set([...walk([state])].map((found) => found.state.id));
  store.getState().perform({
    kind: "insert-states",
    states: [state],
    parent,
    places: { ...view.places, ...placesOfChildren(state), [state.id]: place },
    ...(source && {
      from: {
        stateId: source.state.id,
        transition: makeTransition(machine, source.state, [state.id], taken),
      },
    }),
  });
  return state.id;
}

/** Adds something of a type, selects it, and returns its id. */
export function addTo(
  store: DesignerStore,
  view: MachineView,
  type: string,
  goal: MachineGoal,
  { at = null, preset = {} }: { at?: Position | null; preset?: NodePreset } = {},
): string {
  const { catalog, perform, selectNodes } = store.getState();
  let id: string;
  if (goal.kind === "state") {
    id = addState(store, view, type, goal, at);
  } else {
    const action = { ...makeAction(machineOf(store), catalog, type), ...preset };
    perform({ kind: "insert-actions", actions: [action], place: goal.place, index: goal.index });
    id = action.id;
  }
  selectNodes([id]);
  return id;
}

/** Adds what was picked in the palette; null when an action has nothing to belong to. */
export function addFromPalette(
  store: DesignerStore,
  view: MachineView,
  type: string,
  preset?: NodePreset,
): string | null {
  const goal = usualGoal(machineOf(store), selectedPart(store), type);
  if (!goal) {
    toast.info("Select a state or a transition first: an action belongs to one");
    return null;
  }
  return addTo(store, view, type, goal, { preset });
}

/** The state that would take in something dropped at a point; null: the canvas itself. */
export function holderAt(
  store: DesignerStore,
  view: MachineView,
  at: Position,
  except?: ReadonlySet<string>,
): string | null {
  const id = stateAt(view, at, except);
  if (id === null) return null;
  const found = findState(machineOf(store), id);
  if (!found) return null;
  return mayHold(found.state) ? id : (found.parent?.id ?? null);
}

/** Lets go of a palette entry. */
export function dropType(
  store: DesignerStore,
  view: MachineView,
  type: string,
  at: Position,
  transition: string | null,
): string | null {
  if (isStateType(type)) {
    const parent = holderAt(store, view, at);
    const corner = { x: at.x - STATE_WIDTH / 2, y: at.y - STATE_HEADER / 2 };
    return addTo(store, view, type, { kind: "state", parent, from: null }, { at: corner });
  }
  const goal = usualGoal(machineOf(store), transition ?? stateAt(view, at), type);
  if (goal) return addTo(store, view, type, goal);
  toast.info("Drop an action on a state or on a transition");
  return null;
}

/** Draws a transition; from a history its default way. Returns what is then selected. */
export function connect(store: DesignerStore, sourceId: string, targetId: string): string | null {
  const machine = machineOf(store);
  const { perform, selectNodes } = store.getState();
  const source = findState(machine, sourceId)?.state;
  const target = findState(machine, targetId)?.state;
  if (!source || !target) return null;
  const why = whyNot(source, target);
  if (why) {
    toast.info(why);
    return null;
  }
  if (source.type === "history") {
    perform({ kind: "edit-state", stateId: sourceId, patch: { default: [targetId] } });
    selectNodes([sourceId]);
    return sourceId;
  }
  const transition = makeTransition(machine, source, [targetId]);
  perform({ kind: "insert-transition", stateId: sourceId, transition });
  selectNodes([transition.id]);
  return transition.id;
}

/** Lets go of a dragged state: it goes into the state under its middle. */
export function dropState(store: DesignerStore, view: MachineView, id: string, to: Position): void {
  const { perform } = store.getState();
  const found = findState(machineOf(store), id);
  const box = view.placed.boxes.get(id);
  if (!found || !box) return;
  const centre = { x: to.x + box.width / 2, y: to.y + box.height / 2 };
  const parent = holderAt(store, view, centre, idsWithin(found.state));
  const places = { ...view.places, [id]: placeIn(view, parent, to) };
  if (parent === (found.parent?.id ?? null)) perform({ kind: "place-states", places });
  else perform({ kind: "move-state", stateId: id, parent, places });
}

/** Moves the selected states a little. */
export function nudge(store: DesignerStore, view: MachineView, direction: Direction): void {
  const { selection, perform } = store.getState();
  const by = {
    left: { x: -NUDGE, y: 0 },
    right: { x: NUDGE, y: 0 },
    up: { x: 0, y: -NUDGE },
    down: { x: 0, y: NUDGE },
  }[direction];
  const moved = view.drawing.states.flatMap(({ id, parent }) => {
    const box = view.placed.boxes.get(id);
    if (!selection.nodes.has(id) || !box) return [];
    return [[id, placeIn(view, parent, { x: box.x + by.x, y: box.y + by.y })] as const];
  });
  if (moved.length === 0) return;
  perform({ kind: "place-states", places: { ...view.places, ...Object.fromEntries(moved) } });
}

/** The state that an arrow key leads to. */
export function nextState(
  store: DesignerStore,
  { drawing, placed }: MachineView,
  direction: Direction,
): string | null {
  const [current] = store.getState().selection.nodes;
  const here = drawing.states.some(({ id }) => id === current) ? current : undefined;
  if (here === undefined) return drawing.states[0]?.id ?? null;
  const parents = new Map(drawing.states.map(({ id, parent }) => [id, parent]));
  // What it lies in is on all sides of it, and so in no direction.
  const around = new Set<string>();
  for (let up = parents.get(here); up; up = parents.get(up)) around.add(up);
  const boxes = [...placed.boxes].flatMap(([id, box]) => (around.has(id) ? [] : [{ id, ...box }]));
  return findNeighbour(boxes, here, direction);
}

/** Adds what a clipboard's text holds; false when that is nothing for a machine. */
export function pasteParts(store: DesignerStore, view: MachineView, text: string): boolean {
  const clip = readClip(text);
  if (!clip) return false;
  const machine = machineOf(store);
  const { perform, selectNodes } = store.getState();
  const fresh = withFreshIds(machine, clip);
  const selected = selectedPart(store);
  if (fresh.states.length > 0) {
    const found = selected === null ? undefined : findState(machine, selected);
    const parent = found?.parent?.id ?? null;
    const outer = new Set(fresh.states.map(({ id }) => id));
    const places: Record<string, Position> = {};
    for (const { state } of walk(fresh.states)) {
      const at = fresh.places[state.id] ?? freePlace(view, parent, null, PLAIN_SIZE);
      const by = outer.has(state.id) ? PASTE_OFFSET : 0;
      places[state.id] = { x: at.x + by, y: at.y + by * 2 };
    }
    perform({
      kind: "insert-states",
      states: fresh.states,
      parent,
      places: { ...view.places, ...places },
    });
    selectNodes(outer);
    return true;
  }
  const first = fresh.actions[0];
  const goal = first && usualGoal(machine, selected, first.type);
  if (!first || goal?.kind !== "action") {
    toast.info("Select a state or a transition first: an action belongs to one");
    return true;
  }
  perform({
    kind: "insert-actions",
    actions: fresh.actions,
    place: goal.place,
    index: goal.index,
  });
  selectNodes(fresh.actions.map(({ id }) => id));
  return true;
}

/** Lays the whole machine out anew. */
export async function tidy(store: DesignerStore, view: MachineView): Promise<void> {
  const { layOutStates } = await import("@/canvas/machine/layoutStates");
  const placed = await layOutStates(view.drawing);
  const places: Places = placesWithin(view.drawing, placed);
  store.getState().perform({ kind: "place-states", places });
}
