import type { Part } from "@/documents/types";
import { startPart } from "@/pipeline/steps";
import { type Action, blocksOf, type Machine, type State, type Transition, walk } from "./states";

const plain = { config: {}, retry: null, timeout_seconds: null };

const statePart = (state: State): Part => ({
  ...plain,
  id: state.id,
  type: `state.${state.type}`,
  title: state.title,
});

const transitionPart = (transition: Transition): Part => ({
  ...plain,
  id: transition.id,
  type: "transition",
  title: transition.label,
});

const actionPart = ({ id, type, title, config, retry, timeout_seconds }: Action): Part => ({
  id,
  type,
  title,
  config,
  retry,
  timeout_seconds,
});

/** The start, states, transitions and actions, each where it is read. */
export const partsOf = (machine: Machine): Part[] => [
  startPart(machine),
  ...[...walk(machine.states)].flatMap(({ state }) => {
    const [entry, exit, ...ways] = blocksOf(state);
    return [
      statePart(state),
      ...[entry, exit].flatMap((block) => block?.actions.map(actionPart) ?? []),
      ...state.transitions.flatMap((transition, index) => [
        transitionPart(transition),
        ...(ways[index]?.actions.map(actionPart) ?? []),
      ]),
    ];
  }),
];

export const actionParts = (machine: Machine): Part[] =>
  [...walk(machine.states)].flatMap(({ state }) =>
    blocksOf(state).flatMap(({ actions }) => actions.map(actionPart)),
  );
