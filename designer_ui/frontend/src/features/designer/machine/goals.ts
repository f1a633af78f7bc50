import { isStateType } from "@/machine/catalog";
import {
  type ActionPlace,
  findAction,
  findState,
  findTransition,
  type Machine,
  mayHold,
  mayLead,
  titleOfState,
} from "@/machine/states";
import { START_ID } from "@/pipeline/steps";
import type { SearchPlace } from "../TypeSearch";

/** Where something new goes. */
export type MachineGoal =
  | { kind: "state"; parent: string | null; from: string | null }
  | { kind: "action"; place: ActionPlace; index: number };

export interface NamedGoal extends SearchPlace {
  goal: MachineGoal;
}

const named = (id: string, label: string, goal: MachineGoal): NamedGoal => ({
  id,
  label,
  goal,
  isUsed: false,
});

/** What can be added at a part, the usual first; `null` is the bare canvas. */
export function goalsAt(machine: Machine, partId: string | null): NamedGoal[] {
  const found = partId === null ? undefined : findState(machine, partId);
  if (found) {
    const { state, parent } = found;
    const place = (kind: "entry" | "exit") => ({ kind, state: state.id }) as const;
    const title = titleOfState(state);
    const beside = { kind: "state", parent: parent?.id ?? null } as const;
    return [
      mayLead(state)
        ? named("after", `After ${title}`, { ...beside, from: state.id })
        : named("beside", `Beside ${title}`, { ...beside, from: null }),
      ...(mayHold(state)
        ? [named("within", "In it", { kind: "state", parent: state.id, from: null })]
        : []),
      ...(state.type === "history"
        ? []
        : [
            named("entry", "On entry", {
              kind: "action",
              place: place("entry"),
              index: state.entry.length,
            }),
            named("exit", "On exit", {
              kind: "action",
              place: place("exit"),
              index: state.exit.length,
            }),
          ]),
    ];
  }
  const way = partId === null ? undefined : findTransition(machine, partId);
  if (way) {
    const place = { kind: "transition", transition: way.transition.id } as const;
    const index = way.transition.actions.length;
    return [named("way", "On the way", { kind: "action", place, index })];
  }
  const action = partId === null ? undefined : findAction(machine, partId);
  if (action) {
    const { place, index } = action;
    return [named("behind", "Behind it", { kind: "action", place, index: index + 1 })];
  }
  if (partId === START_ID || machine.states.length === 0) {
    return [named("first", "On the canvas", { kind: "state", parent: null, from: null })];
  }
  return [];
}

/** Whether something of a type can go there. */
export const fitsGoal = (goal: MachineGoal, type: string): boolean =>
  isStateType(type) === (goal.kind === "state");

/** Where a type from the palette goes without being dragged; null when nothing fits what is selected. */
export function usualGoal(
  machine: Machine,
  partId: string | null,
  type: string,
): MachineGoal | null {
  if (!isStateType(type)) {
    return goalsAt(machine, partId).find(({ goal }) => fitsGoal(goal, type))?.goal ?? null;
  }
  const found = partId === null ? undefined : findState(machine, partId);
  if (!found) return { kind: "state", parent: null, from: null };
  const isOuter = found.state.children.length > 0;
  const parent = isOuter ? found.state.id : (found.parent?.id ?? null);
  return { kind: "state", parent, from: null };
}
