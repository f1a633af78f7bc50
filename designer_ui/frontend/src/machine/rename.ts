import { findExpressions, renameInValue } from "@/graph/expressions";
import { isObject, type JsonObject } from "@/graph/types";
import { type Action, findAction, findState, type Machine, mapStates } from "./states";

/** `'old' in states` inside expressions, for a state that is called otherwise. */
function renameStateInText(text: string, oldId: string, newId: string): string {
  const named = new RegExp(`(["'])${oldId}\\1(?=\\s+in\\s+states\\b)`, "g");
  let result = "";
  let last = 0;
  for (const range of findExpressions(text)) {
    result += text.slice(last, range.from);
    result += text.slice(range.from, range.to).replace(named, `$1${newId}$1`);
    last = range.to;
  }
  return result + text.slice(last);
}

function renameStateInValue(value: unknown, oldId: string, newId: string): unknown {
  if (typeof value === "string") return renameStateInText(value, oldId, newId);
  if (Array.isArray(value)) return value.map((each) => renameStateInValue(each, oldId, newId));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, renameStateInValue(each, oldId, newId)]),
  );
}

type Renaming = (value: unknown) => unknown;

/** What follows when the names in all expressions change. */
function inExpressions(machine: Machine, renamed: Renaming): Machine {
  const action = (each: Action): Action => ({
    ...each,
    config: renamed(each.config) as JsonObject as Action["config"],
  });
  const states = mapStates(machine.states, (state) => ({
    ...state,
    output: renamed(state.output) as typeof state.output,
    entry: state.entry.map(action),
    exit: state.exit.map(action),
    transitions: state.transitions.map((transition) => ({
      ...transition,
      guard: renamed(transition.guard) as string | null,
      actions: transition.actions.map(action),
    })),
  }));
  return { ...machine, states };
}

function renameState(machine: Machine, oldId: string, newId: string): Machine {
  const named = (id: string) => (id === oldId ? newId : id);
  const orNull = (id: string | null) => (id === null ? null : named(id));
  const states = mapStates(machine.states, (state) => ({
    ...state,
    id: named(state.id),
    initial: orNull(state.initial),
    default: state.default.map(named),
    transitions: state.transitions.map((each) => ({ ...each, targets: each.targets.map(named) })),
  }));
  const nodes = Object.fromEntries(
    Object.entries(machine.layout.nodes).map(([id, box]) => [named(id), box]),
  );
  const renamed = {
    ...machine,
    states,
    initial: orNull(machine.initial),
    layout: { ...machine.layout, nodes },
  };
  return inExpressions(renamed, (value) => renameStateInValue(value, oldId, newId));
}

/** An action's id is a name in expressions, in the event of its failure, and in what cancels it. */
function renameAction(machine: Machine, oldId: string, newId: string): Machine {
  const action = (each: Action): Action => ({
    ...each,
    id: each.id === oldId ? newId : each.id,
    config:
      each.type === "cancel" && each.config.send === oldId
        ? { ...each.config, send: newId }
        : each.config,
  });
  const states = mapStates(machine.states, (state) => ({
    ...state,
    entry: state.entry.map(action),
    exit: state.exit.map(action),
    transitions: state.transitions.map((transition) => ({
      ...transition,
      event: transition.event === `error.${oldId}` ? `error.${newId}` : transition.event,
      actions: transition.actions.map(action),
    })),
  }));
  return inExpressions({ ...machine, states }, (value) => renameInValue(value, oldId, newId));
}

function renameTransition(machine: Machine, oldId: string, newId: string): Machine {
  const states = mapStates(machine.states, (state) =>
    state.transitions.some(({ id }) => id === oldId)
      ? {
          ...state,
          transitions: state.transitions.map((each) =>
            each.id === oldId ? { ...each, id: newId } : each,
          ),
        }
      : state,
  );
  return { ...machine, states };
}

/** Gives a state, transition or action another id; whatever names it follows. */
export function rename(machine: Machine, oldId: string, newId: string): Machine {
  if (findState(machine, oldId)) return renameState(machine, oldId, newId);
  if (findAction(machine, oldId)) return renameAction(machine, oldId, newId);
  return renameTransition(machine, oldId, newId);
}
