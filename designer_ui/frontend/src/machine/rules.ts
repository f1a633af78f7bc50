import { canonicalText } from "@/documents/compare";
import type { ExpressionName } from "@/documents/names";
import { count } from "@/documents/operations";
import type { DocumentRules } from "@/documents/rules";
import { isObject, type ProblemItem } from "@/graph/types";
import { START_ID } from "@/pipeline/steps";
import { isOffered, machineCatalog } from "./catalog";
import { copyParts } from "./clipboard";
import { applyOperation, describeOperation, type MachineOperation, mergeKeyOf } from "./operations";
import { actionParts, partsOf } from "./parts";
import { allStates, findAction, findState, findTransition, type Machine, walk } from "./states";

/** Each part as text, with where it stands, and without the parts that it holds. */
function texts(machine: Machine): Map<string, string> {
  const found = new Map<string, string>();
  for (const { state, parent } of walk(machine.states)) {
    const { children, transitions, entry, exit, ...own } = state;
    const begins = (parent ?? machine).initial === state.id;
    found.set(state.id, canonicalText([own, parent?.id ?? null, begins]));
    for (const transition of transitions) {
      const { actions, ...way } = transition;
      found.set(transition.id, canonicalText([way, state.id]));
      for (const action of actions) found.set(action.id, canonicalText([action, transition.id]));
    }
    for (const action of entry) found.set(action.id, canonicalText([action, state.id, "entry"]));
    for (const action of exit) found.set(action.id, canonicalText([action, state.id, "exit"]));
  }
  const start = [machine.data, machine.input_schema];
  found.set(START_ID, canonicalText(start));
  return found;
}

function changedParts(machine: Machine, other: Machine): ReadonlySet<string> {
  const before = texts(other);
  return new Set(
    [...texts(machine)].flatMap(([id, text]) => (before.get(id) === text ? [] : [id])),
  );
}

/** A transition's problem names its state as the node and itself as the edge. */
function partOfProblem(machine: Machine, problem: ProblemItem): string | null {
  const { node_id: node, edge_id: edge, field } = problem;
  if (edge !== null && findTransition(machine, edge)) return edge;
  if (node !== null && (findState(machine, node) || findAction(machine, node))) return node;
  return node === null && /^(input_schema|data|initial)/.test(field ?? "") ? START_ID : null;
}

const ownNames = (machine: Machine): ExpressionName[] => [
  ...Object.keys(machine.data).map((name) => ({
    path: `data.${name}`,
    type: "any",
    origin: "Variables",
  })),
  { path: "event.name", type: "string", origin: "The last event" },
  { path: "event.data", type: "any", origin: "The last event" },
  { path: "states", type: "array", origin: "The active states" },
];

/** State machines: states that nest, transitions between them, and what is done on the way. */
export const machineRules: DocumentRules<Machine, MachineOperation> = {
  catalogOf: machineCatalog,
  isOffered,
  isDocument: (value) => value.kind === "state_machine" && Array.isArray(value.states),
  apply: applyOperation,
  describe: describeOperation,
  mergeKeyOf,
  partsOf,
  hasEdge: () => false,
  changedParts,
  partOfProblem,
  inputSchemaOf: (machine) => (isObject(machine.input_schema) ? machine.input_schema : {}),
  partsBefore: (machine, partId) => actionParts(machine).filter(({ id }) => id !== partId),
  seesError: () => false,
  ownNames,
  sampleNames: (machine) => ({
    data: machine.data,
    event: { name: "", data: {} },
    states: machine.initial === null ? [] : [machine.initial],
  }),
  sizeInWords: (machine) => {
    const states = allStates(machine);
    const ways = states.flatMap(({ transitions }) => transitions);
    return `${count(states.length, "state")}, ${count(ways.length, "transition")}`;
  },
  copy: copyParts,
};
