import { enterable, type Machine, mapStates, type State, type Transition } from "./states";

/** A transition that led only to what is gone goes with it. */
function kept(transition: Transition, gone: ReadonlySet<string>): Transition[] {
  if (gone.has(transition.id)) return [];
  const targets = transition.targets.filter((target) => !gone.has(target));
  if (targets.length === 0 && transition.targets.length > 0) return [];
  return [
    {
      ...transition,
      targets,
      actions: transition.actions.filter(({ id }) => !gone.has(id)),
    },
  ];
}

function cleaned(state: State, gone: ReadonlySet<string>): State {
  const first = enterable(state.children)[0]?.id ?? null;
  const isEmptied = state.type === "compound" && state.children.length === 0;
  return {
    ...state,
    type: isEmptied ? "atomic" : state.type,
    initial: state.initial !== null && gone.has(state.initial) ? first : state.initial,
    entry: state.entry.filter(({ id }) => !gone.has(id)),
    exit: state.exit.filter(({ id }) => !gone.has(id)),
    transitions: state.transitions.flatMap((transition) => kept(transition, gone)),
    default: state.default.filter((id) => !gone.has(id)),
  };
}

/** States go with all that lies in them and with the transitions that lead there. */
export function remove(machine: Machine, ids: ReadonlySet<string>): Machine {
  const gone = new Set(ids);
  const collect = (states: readonly State[], isGone: boolean) => {
    for (const state of states) {
      if (isGone || ids.has(state.id)) gone.add(state.id);
      collect(state.children, isGone || ids.has(state.id));
    }
  };
  collect(machine.states, false);
  const states = mapStates(machine.states, (state) =>
    gone.has(state.id) ? null : cleaned(state, gone),
  );
  const nodes = Object.fromEntries(
    Object.entries(machine.layout.nodes).filter(([id]) => !gone.has(id)),
  );
  const isInitialGone = machine.initial !== null && gone.has(machine.initial);
  return {
    ...machine,
    states,
    initial: isInitialGone ? null : machine.initial,
    layout: { ...machine.layout, nodes },
  };
}
