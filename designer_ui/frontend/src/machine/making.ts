import { identifierFrom, uniqueName } from "@/graph/ids";
import type { Catalog } from "@/graph/types";
import {
  type Action,
  type Machine,
  mayLead,
  type State,
  type Transition,
  takenIds,
} from "./states";

/** "paid_2" of the title "Paid" is called "Paid 2". */
const numbered = (title: string, id: string): string => {
  const number = id.match(/_(\d+)$/)?.[1];
  return number && id.startsWith(identifierFrom(title)) ? `${title} ${number}` : title;
};

const bare = (id: string, title: string, type: State["type"]): State => ({
  id,
  type,
  title,
  initial: null,
  children: [],
  entry: [],
  exit: [],
  transitions: [],
  depth: "shallow",
  default: [],
  output: null,
});

function newState(taken: Set<string>, title: string, type: State["type"]): State {
  const id = uniqueName(identifierFrom(title, "state"), taken);
  taken.add(id);
  return bare(id, numbered(title, id), type);
}

const titles: Readonly<Record<State["type"], string>> = {
  atomic: "State",
  compound: "Group",
  parallel: "Parallel",
  final: "Done",
  history: "History",
};

/** A state as the palette gives it: what holds states begins with some. */
export function makeState(machine: Machine, type: State["type"]): State {
  const taken = takenIds(machine);
  const state = newState(taken, titles[type], type);
  if (type === "compound") {
    const child = newState(taken, titles.atomic, "atomic");
    return { ...state, initial: child.id, children: [child] };
  }
  if (type === "parallel") {
    const region = () => newState(taken, "Region", "atomic");
    return { ...state, children: [region(), region()] };
  }
  return state;
}

/** A transition from a state, on an event of a name that nothing there waits for yet. */
export function makeTransition(
  machine: Machine,
  from: State,
  targets: readonly string[],
  more: ReadonlySet<string> = new Set(),
): Transition {
  const taken = new Set([...takenIds(machine), ...more]);
  const heard = new Set(from.transitions.flatMap(({ event }) => event ?? []));
  return {
    id: uniqueName(`${from.id}_next`.slice(0, 56), taken),
    event: uniqueName("next", heard),
    done: false,
    after: null,
    guard: null,
    targets: [...targets],
    internal: false,
    actions: [],
    label: "",
  };
}

export function makeAction(machine: Machine, catalog: Catalog, type: string): Action {
  const spec = catalog.get(type);
  const title = spec?.title ?? type;
  return {
    id: uniqueName(identifierFrom(title, "action"), takenIds(machine)),
    type,
    title,
    config: structuredClone(spec?.default_config ?? {}) as Action["config"],
    retry: null,
    timeout_seconds: null,
    on_error: "fail",
  };
}

/** Why no transition can be drawn between two states; null when one can. */
export function whyNot(source: State, target: State): string | null {
  if (source.type === "history") {
    return target.type === "history" ? "A history leads to a state, not to another history." : null;
  }
  if (!mayLead(source)) return "Nothing leads out of a final state.";
  return null;
}
