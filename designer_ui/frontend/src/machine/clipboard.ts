import { uniqueName } from "@/graph/ids";
import { isObject, type Position } from "@/graph/types";
import { rename } from "./rename";
import {
  type Action,
  allStates,
  blocksOf,
  findAction,
  type Machine,
  mapStates,
  type State,
  takenIds,
  walk,
} from "./states";

const MARK = "flowdeck/states";

export interface MachineClip {
  states: readonly State[];
  actions: readonly Action[];
  /** Where the states lay within what they lay in. */
  places: Readonly<Record<string, Position>>;
}

/** The chosen states with all that they hold, or chosen actions, as JSON. Empty without any. */
export function copyParts(machine: Machine, ids: ReadonlySet<string>): string {
  const states = outermost(machine.states, ids);
  const actions = [...ids].flatMap((id) => findAction(machine, id)?.action ?? []);
  if (states.length === 0 && actions.length === 0) return "";
  const places = Object.fromEntries(
    [...walk(states)].flatMap(({ state }) => {
      const box = machine.layout.nodes[state.id];
      return box ? [[state.id, { x: box.x, y: box.y }]] : [];
    }),
  );
  return JSON.stringify({ mark: MARK, states, actions, places }, null, 2);
}

function outermost(states: readonly State[], ids: ReadonlySet<string>): State[] {
  return states.flatMap((state) => (ids.has(state.id) ? [state] : outermost(state.children, ids)));
}

const isPart = (value: unknown): boolean => isObject(value) && typeof value.id === "string";

const isState = (value: unknown): value is State =>
  isObject(value) &&
  typeof value.id === "string" &&
  typeof value.type === "string" &&
  [value.entry, value.exit, value.transitions].every(
    (list) => Array.isArray(list) && list.every(isPart),
  ) &&
  Array.isArray(value.children) &&
  value.children.every(isState);

/** What stands in the clipboard; null for anything else. */
export function readClip(text: string): MachineClip | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || value.mark !== MARK) return null;
  const { states, actions, places } = value;
  if (!Array.isArray(states) || !states.every(isState)) return null;
  if (!Array.isArray(actions) || !actions.every(isPart)) return null;
  return {
    states,
    actions: actions as Action[],
    places: isObject(places) ? (places as unknown as MachineClip["places"]) : {},
  };
}

const idsOf = (states: readonly State[]): string[] =>
  [...walk(states)].flatMap(({ state }) => [
    state.id,
    ...blocksOf(state).flatMap(({ actions }) => actions.map(({ id }) => id)),
    ...state.transitions.map(({ id }) => id),
  ]);

/** The clip with ids that are free here, and without ways to states that are not here. */
export function withFreshIds(machine: Machine, clip: MachineClip): MachineClip {
  const taken = takenIds(machine);
  const old = [...idsOf(clip.states), ...clip.actions.map(({ id }) => id)];
  const fresh = old.map((id) => {
    const next = uniqueName(id.replace(/_\d+$/, ""), taken);
    taken.add(next);
    return [id, next] as const;
  });
  // In two passes over names that nothing else has, so that swapped names do not meet.
  const passes = [
    ...fresh.map(([id]) => [id, `__${id}`] as const),
    ...fresh.map(([id, next]) => [`__${id}`, next] as const),
  ];
  const holder: Machine = { ...machine, states: [...clip.states], initial: null };
  const renamed = passes.reduce((each, [from, to]) => rename(each, from, to), holder);
  const names = new Map(fresh);
  const known = new Set([...allStates(machine), ...allStates(renamed)].map(({ id }) => id));
  const states = mapStates(renamed.states, (state) => ({
    ...state,
    default: state.default.filter((id) => known.has(id)),
    transitions: state.transitions.flatMap((each) => {
      const targets = each.targets.filter((id) => known.has(id));
      return targets.length === 0 && each.targets.length > 0 ? [] : [{ ...each, targets }];
    }),
  }));
  return {
    states,
    actions: clip.actions.map((action) => ({ ...action, id: names.get(action.id) ?? action.id })),
    places: Object.fromEntries(
      Object.entries(clip.places).map(([id, place]) => [names.get(id) ?? id, place]),
    ),
  };
}
