import type { Action, State, StateMachineDocument, Transition } from "@/api/types";
import type { WorkflowDocument } from "@/documents/types";

export type { Action, State, Transition };
export type Machine = StateMachineDocument;

export interface FoundState {
  state: State;
  parent: State | null;
}

export interface FoundTransition {
  /** The one that it leaves. */
  state: State;
  transition: Transition;
}

/** Where an action stands. */
export type ActionPlace =
  | { kind: "entry" | "exit"; state: string }
  | { kind: "transition"; transition: string };

export interface FoundAction {
  action: Action;
  state: State;
  place: ActionPlace;
  /** Among its neighbours. */
  index: number;
}

export function asMachine(document: WorkflowDocument): Machine {
  if (document.kind !== "state_machine") throw new Error("This document is no state machine.");
  return document;
}

/** Every state with the one that it lies in, outer ones first. */
export function* walk(
  states: readonly State[],
  parent: State | null = null,
): Generator<FoundState, void, undefined> {
  for (const state of states) {
    yield { state, parent };
    yield* walk(state.children, state);
  }
}

export const allStates = (machine: Machine): State[] =>
  [...walk(machine.states)].map(({ state }) => state);

export function findState(machine: Machine, id: string): FoundState | undefined {
  for (const found of walk(machine.states)) if (found.state.id === id) return found;
  return undefined;
}

export function findTransition(machine: Machine, id: string): FoundTransition | undefined {
  for (const state of allStates(machine)) {
    const transition = state.transitions.find((each) => each.id === id);
    if (transition) return { state, transition };
  }
  return undefined;
}

/** The lists of actions of a state and of its transitions. */
export const blocksOf = (state: State): { place: ActionPlace; actions: readonly Action[] }[] => [
  { place: { kind: "entry", state: state.id }, actions: state.entry },
  { place: { kind: "exit", state: state.id }, actions: state.exit },
  ...state.transitions.map(({ id, actions }) => ({
    place: { kind: "transition", transition: id } as const,
    actions,
  })),
];

export function allActions(machine: Machine): FoundAction[] {
  return allStates(machine).flatMap((state) =>
    blocksOf(state).flatMap(({ place, actions }) =>
      actions.map((action, index) => ({ action, state, place, index })),
    ),
  );
}

export const findAction = (machine: Machine, id: string): FoundAction | undefined =>
  allActions(machine).find(({ action }) => action.id === id);

/** States, transitions and actions share their ids. */
export const takenIds = (machine: Machine): Set<string> =>
  new Set([
    ...allStates(machine).flatMap((state) => [state.id, ...state.transitions.map(({ id }) => id)]),
    ...allActions(machine).map(({ action }) => action.id),
  ]);

/** The ids of a state and of all states in it. */
export const idsWithin = (state: State): Set<string> =>
  new Set([...walk([state])].map((found) => found.state.id));

export const isHolder = ({ type }: State): boolean => type === "compound" || type === "parallel";

/** Whether states may lie in it; an atomic one becomes compound with the first. */
export const mayHold = ({ type }: State): boolean => type !== "final" && type !== "history";

/** Whether transitions may leave it. */
export const mayLead = ({ type }: State): boolean => type !== "final" && type !== "history";

/** States that one may begin in. */
export const enterable = (states: readonly State[]): State[] =>
  states.filter(({ type }) => type !== "history");

export const titleOfState = (state: State): string => state.title || state.id;

/** The states after a change of each, innermost first; null removes one. Unchanged ones are shared. */
export function mapStates(
  states: readonly State[],
  change: (state: State) => State | null,
): State[] {
  let isSame = true;
  const next = states.flatMap((state) => {
    const children = mapStates(state.children, change);
    const changed = change(children === state.children ? state : { ...state, children });
    if (changed !== state) isSame = false;
    return changed ? [changed] : [];
  });
  return isSame ? (states as State[]) : next;
}
