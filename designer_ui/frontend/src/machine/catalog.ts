import { ownType } from "@/graph/ownType";
import type { Catalog, NodeType } from "@/graph/types";

/** Types whose work states and transitions do; `core/validate_machine.py` holds the same. */
const FLOW_TYPES = ["start", "end", "gate", "note"];

const stateType = (kind: string, title: string, icon: string, description: string): NodeType =>
  ownType(`state.${kind}`, title, icon, description, { category: "states" });

const stateTypes: readonly NodeType[] = [
  stateType("atomic", "State", "circle", "Something that the machine can be in."),
  stateType("compound", "Compound state", "box", "Holds states, of which one is active."),
  stateType("parallel", "Parallel state", "columns-2", "Holds states that are active together."),
  stateType("final", "Final state", "circle-dot", "Completes what it lies in, or the whole run."),
  stateType("history", "History", "history", "Leads back to where its parent was left."),
];

const transitionType = ownType(
  "transition",
  "Transition",
  "arrow-right",
  "A way from a state to another.",
);

export const isStateType = (type: string): boolean => type.startsWith("state.");

/** States, a machine's own actions, and all node types, in the palette's order. */
export const machineCatalog = (types: Catalog, actions: readonly NodeType[]): Catalog => {
  const own = [...stateTypes, ...actions, transitionType];
  return new Map([...own.map((type) => [type.name, type] as const), ...types]);
};

export const isOffered = (type: string): boolean =>
  type !== "transition" && !FLOW_TYPES.includes(type);
