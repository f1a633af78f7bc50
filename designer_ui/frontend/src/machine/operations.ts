import {
  count,
  describeShared,
  mergeKeyOfShared,
  type SharedOperation,
} from "@/documents/operations";
import type { JsonObject, Position } from "@/graph/types";
import { remove } from "./remove";
import { rename } from "./rename";
import {
  type Action,
  type ActionPlace,
  asMachine,
  enterable,
  findState,
  idsWithin,
  isHolder,
  type Machine,
  mapStates,
  mayHold,
  type State,
  type Transition,
} from "./states";

/** Where states lie within what they lie in. */
export type Places = Readonly<Record<string, Position>>;

export type StatePatch = Partial<Pick<State, "type" | "initial" | "depth" | "default" | "output">>;

export type MachineOperation =
  | SharedOperation
  | {
      kind: "insert-states";
      states: readonly State[];
      /** The state that they go into; null: the machine itself. */
      parent: string | null;
      places: Places;
      /** Leads to them. */
      from?: { stateId: string; transition: Transition };
    }
  | { kind: "edit-state"; stateId: string; patch: StatePatch }
  /** What it lies in begins with it. */
  | { kind: "begin-with"; stateId: string }
  | { kind: "move-state"; stateId: string; parent: string | null; places: Places }
  | { kind: "place-states"; places: Places }
  | { kind: "insert-transition"; stateId: string; transition: Transition }
  | { kind: "edit-transition"; id: string; patch: Partial<Omit<Transition, "id" | "actions">> }
  | { kind: "insert-actions"; actions: readonly Action[]; place: ActionPlace; index: number }
  | { kind: "edit-action"; id: string; patch: Pick<Action, "on_error"> }
  /** A transition or an action one place further among its neighbours. */
  | { kind: "shift"; id: string; by: -1 | 1 }
  | { kind: "set-data"; data: JsonObject }
  | { kind: "set-input-schema"; schema: JsonObject };

/** A holder begins in one of its states, and what holds none is atomic. */
export function settled(state: State): State {
  const first = enterable(state.children)[0]?.id ?? null;
  if (state.type === "compound" && state.children.length === 0) {
    return { ...state, type: "atomic", initial: null };
  }
  if (state.type === "compound" && state.initial === null && first !== null) {
    return { ...state, initial: first };
  }
  return state;
}

const withInitial = (machine: Machine): Machine => {
  if (machine.initial !== null) return machine;
  return { ...machine, initial: enterable(machine.states)[0]?.id ?? null };
};

const changeState = (machine: Machine, id: string, change: (state: State) => State): Machine => ({
  ...machine,
  states: mapStates(machine.states, (state) => (state.id === id ? change(state) : state)),
});

const changeTransition = (
  machine: Machine,
  id: string,
  change: (transition: Transition) => Transition,
): Machine => ({
  ...machine,
  states: mapStates(machine.states, (state) =>
    state.transitions.some((each) => each.id === id)
      ? {
          ...state,
          transitions: state.transitions.map((each) => (each.id === id ? change(each) : each)),
        }
      : state,
  ),
});

/** The machine after a change of its lists of actions; the same one where nothing changes. */
function changeActions(
  machine: Machine,
  change: (actions: Action[], place: ActionPlace) => Action[],
): Machine {
  const states = mapStates(machine.states, (state) => {
    const entry = change(state.entry, { kind: "entry", state: state.id });
    const exit = change(state.exit, { kind: "exit", state: state.id });
    const transitions = state.transitions.map((transition) => {
      const place = { kind: "transition", transition: transition.id } as const;
      const actions = change(transition.actions, place);
      return actions === transition.actions ? transition : { ...transition, actions };
    });
    const isSame =
      entry === state.entry &&
      exit === state.exit &&
      transitions.every((each, index) => each === state.transitions[index]);
    return isSame ? state : { ...state, entry, exit, transitions };
  });
  return states === machine.states ? machine : { ...machine, states };
}

const isSamePlace = (a: ActionPlace, b: ActionPlace): boolean =>
  a.kind === b.kind &&
  (a.kind === "transition"
    ? a.transition === (b as typeof a).transition
    : a.state === (b as typeof a).state);

function placed(machine: Machine, places: Places): Machine {
  const nodes = { ...machine.layout.nodes };
  for (const [id, { x, y }] of Object.entries(places)) {
    nodes[id] = { width: null, height: null, ...nodes[id], x: Math.round(x), y: Math.round(y) };
  }
  return { ...machine, layout: { ...machine.layout, nodes } };
}

function insert(machine: Machine, states: readonly State[], parent: string | null): Machine {
  if (parent === null) {
    return withInitial({ ...machine, states: [...machine.states, ...states] });
  }
  return changeState(machine, parent, (state) =>
    settled({
      ...state,
      type: isHolder(state) ? state.type : "compound",
      children: [...state.children, ...states],
    }),
  );
}

function move(machine: Machine, id: string, parent: string | null): Machine {
  const found = findState(machine, id);
  const goal = parent === null ? undefined : findState(machine, parent);
  if (!found || found.parent?.id === (parent ?? undefined)) return machine;
  if (goal && (!mayHold(goal.state) || idsWithin(found.state).has(goal.state.id))) return machine;
  if (parent !== null && !goal) return machine;
  const without = {
    ...machine,
    initial: machine.initial === id && !found.parent ? null : machine.initial,
    states: mapStates(machine.states, (state) => {
      if (state.id === id) return null;
      if (state.id !== found.parent?.id) return state;
      return settled(state.initial === id ? { ...state, initial: null } : state);
    }),
  };
  return withInitial(insert(without, [found.state], parent));
}

/** What a state of the new type cannot have goes. */
function retyped(state: State, type: State["type"]): State {
  const isEnd = type === "final" || type === "history";
  const isSilent = type === "history";
  return settled({
    ...state,
    type,
    initial: type === "compound" ? state.initial : null,
    transitions: isEnd ? [] : state.transitions,
    entry: isSilent ? [] : state.entry,
    exit: isSilent ? [] : state.exit,
    default: isSilent ? state.default : [],
    output: type === "final" ? state.output : null,
  });
}

function editState(state: State, { type, ...patch }: StatePatch): State {
  const changed = { ...state, ...patch };
  return type === undefined || type === state.type ? changed : retyped(changed, type);
}

function editPart(
  machine: Machine,
  { nodeId, patch }: Extract<SharedOperation, { kind: "edit-node" }>,
): Machine {
  const { title } = patch;
  const named =
    title === undefined
      ? machine
      : changeTransition(
          changeState(machine, nodeId, (state) => ({ ...state, title })),
          nodeId,
          (transition) => ({ ...transition, label: title }),
        );
  const { config, retry, timeout_seconds: timeout } = patch;
  return changeActions(named, (actions) =>
    actions.some(({ id }) => id === nodeId)
      ? actions.map((action) =>
          action.id === nodeId
            ? {
                ...action,
                ...(title !== undefined && { title }),
                ...(config !== undefined && { config }),
                ...(retry !== undefined && { retry }),
                ...(timeout !== undefined && { timeout_seconds: timeout }),
              }
            : action,
        )
      : actions,
  );
}

/** The list with one of its entries a place further. */
function shifted<T extends { id: string }>(list: T[], id: string, by: number): T[] {
  const from = list.findIndex((each) => each.id === id);
  const [entry] = list.slice(from, from + 1);
  const to = from + by;
  if (from < 0 || !entry || to < 0 || to >= list.length) return list;
  return list.toSpliced(from, 1).toSpliced(to, 0, entry);
}

function shift(machine: Machine, id: string, by: number): Machine {
  const states = mapStates(machine.states, (state) => {
    const transitions = shifted(state.transitions, id, by);
    return transitions === state.transitions ? state : { ...state, transitions };
  });
  const moved = states === machine.states ? machine : { ...machine, states };
  return changeActions(moved, (actions) => shifted(actions, id, by));
}

/** The document after the operation. The given one is not touched. */
export function applyOperation(machine: Machine, operation: MachineOperation): Machine {
  switch (operation.kind) {
    case "insert-states": {
      const { states, parent, places, from } = operation;
      const inserted = placed(insert(machine, states, parent), places);
      if (!from) return inserted;
      return changeState(inserted, from.stateId, (state) => ({
        ...state,
        transitions: [...state.transitions, from.transition],
      }));
    }
    case "edit-state":
      return changeState(machine, operation.stateId, (state) => editState(state, operation.patch));
    case "begin-with": {
      const parent = findState(machine, operation.stateId)?.parent;
      if (parent === undefined) return machine;
      if (parent === null) return { ...machine, initial: operation.stateId };
      return changeState(machine, parent.id, (state) => ({
        ...state,
        initial: operation.stateId,
      }));
    }
    case "move-state":
      return placed(move(machine, operation.stateId, operation.parent), operation.places);
    case "place-states":
      return placed(machine, operation.places);
    case "insert-transition":
      return changeState(machine, operation.stateId, (state) => ({
        ...state,
        transitions: [...state.transitions, operation.transition],
      }));
    case "edit-transition":
      return changeTransition(machine, operation.id, (each) => ({ ...each, ...operation.patch }));
    case "insert-actions":
      return changeActions(machine, (actions, place) =>
        isSamePlace(place, operation.place)
          ? actions.toSpliced(operation.index, 0, ...operation.actions)
          : actions,
      );
    case "edit-action":
      return changeActions(machine, (actions) =>
        actions.some(({ id }) => id === operation.id)
          ? actions.map((each) =>
              each.id === operation.id ? { ...each, ...operation.patch } : each,
            )
          : actions,
      );
    case "shift":
      return shift(machine, operation.id, operation.by);
    case "set-data":
      return { ...machine, data: operation.data as Machine["data"] };
    case "set-input-schema":
      return { ...machine, input_schema: operation.schema as Machine["input_schema"] };
    case "delete":
      return withInitial(remove(machine, new Set(operation.nodeIds)));
    case "edit-node":
      return editPart(machine, operation);
    case "rename-node":
      return rename(machine, operation.nodeId, operation.newId);
    case "edit-document":
      return { ...machine, ...operation.patch };
    case "replace":
      return asMachine(operation.document);
  }
}

/** What the operation did, in words for the undo button. */
export function describeOperation(operation: MachineOperation): string {
  switch (operation.kind) {
    case "insert-states":
      return `add ${count(operation.states.length, "state")}`;
    case "edit-state":
      return `change ${operation.stateId}`;
    case "begin-with":
      return `begin with ${operation.stateId}`;
    case "move-state":
      return `move ${operation.stateId}`;
    case "place-states":
      return `move ${count(Object.keys(operation.places).length, "state")}`;
    case "insert-transition":
      return "add a transition";
    case "edit-transition":
      return `change ${operation.id}`;
    case "insert-actions":
      return `add ${count(operation.actions.length, "action")}`;
    case "edit-action":
      return `change ${operation.id}`;
    case "shift":
      return "change the order";
    case "set-data":
      return "change the variables";
    case "set-input-schema":
      return "change the start form";
    default:
      return describeShared(operation, "part");
  }
}

/** See `Edit.mergeKey`. */
export function mergeKeyOf(operation: MachineOperation): string | null {
  switch (operation.kind) {
    case "edit-state":
      return `edit-state ${operation.stateId} ${Object.keys(operation.patch).sort().join()}`;
    case "edit-transition":
      return `edit-transition ${operation.id} ${Object.keys(operation.patch).sort().join()}`;
    case "set-data":
    case "set-input-schema":
      return operation.kind;
    case "insert-states":
    case "begin-with":
    case "move-state":
    case "place-states":
    case "insert-transition":
    case "insert-actions":
    case "edit-action":
    case "shift":
      return null;
    default:
      return mergeKeyOfShared(operation);
  }
}
