import { describe, expect, it } from "vitest";
import { testCatalog } from "@/graph/testCatalog";
import { copyParts, readClip, withFreshIds } from "./clipboard";
import { drawingOfMachine } from "./drawn";
import { makeAction, makeState, makeTransition, whyNot } from "./making";
import { applyOperation, describeOperation, type MachineOperation } from "./operations";
import { partsOf } from "./parts";
import { machineRules } from "./rules";
import { type Action, findState, type Machine, type State, type Transition, walk } from "./states";

const action = (id: string, more: Partial<Action> = {}): Action => ({
  id,
  type: "log",
  title: id,
  config: {},
  retry: null,
  timeout_seconds: null,
  on_error: "fail",
  ...more,
});

const way = (id: string, targets: string[], more: Partial<Transition> = {}): Transition => ({
  id,
  event: id,
  done: false,
  after: null,
  guard: null,
  targets,
  internal: false,
  actions: [],
  label: "",
  ...more,
});

const state = (id: string, more: Partial<State> = {}): State => ({
  id,
  type: "atomic",
  title: id,
  initial: null,
  children: [],
  entry: [],
  exit: [],
  transitions: [],
  depth: "shallow",
  default: [],
  output: null,
  ...more,
});

function machine(states: State[], initial: string | null = states[0]?.id ?? null): Machine {
  return {
    format: 1,
    kind: "state_machine",
    description: "",
    vars: {},
    settings: { on_failure: "stop", retry: null, timeout_seconds: null },
    input_schema: {},
    data: { tries: 0 },
    initial,
    states,
    layout: { nodes: {} },
  };
}

const ids = (of: Machine) => [...walk(of.states)].map((found) => found.state.id);
const get = (of: Machine, id: string): State => {
  const found = findState(of, id);
  if (!found) throw new Error(`no state ${id}`);
  return found.state;
};
const run = (of: Machine, ...operations: MachineOperation[]) =>
  operations.reduce(applyOperation, of);

const order = () =>
  machine([
    state("open", {
      entry: [action("greet"), action("note")],
      transitions: [way("pay", ["paid"]), way("stay", [])],
    }),
    state("paid", {
      type: "compound",
      initial: "packing",
      children: [
        state("packing", { transitions: [way("pack", ["packed"])] }),
        state("packed", { type: "final" }),
        state("again", { type: "history", default: ["packing"] }),
      ],
      transitions: [way("back", ["open"], { event: null, done: true, actions: [action("mail")] })],
    }),
  ]);

const into = (parent: string | null, ...states: State[]): MachineOperation => ({
  kind: "insert-states",
  states,
  parent,
  places: Object.fromEntries(states.map(({ id }) => [id, { x: 1.4, y: 2 }])),
});

describe("inserting states", () => {
  it("begins with the first one that can be entered", () => {
    const empty = machine([], null);
    expect(run(empty, into(null, state("h", { type: "history" }))).initial).toBeNull();
    const two = run(empty, into(null, state("a")), into(null, state("b")));
    expect(two.initial).toBe("a");
    expect(two.layout.nodes.b).toEqual({ x: 1, y: 2, width: null, height: null });
  });

  it("turns a plain state into one that holds states", () => {
    const held = run(order(), into("open", state("inner")));
    expect(get(held, "open")).toMatchObject({ type: "compound", initial: "inner" });
  });

  it("can lead to the new one at once", () => {
    const led = run(order(), {
      ...into(null, state("lost")),
      from: { stateId: "open", transition: way("lose", ["lost"]) },
    } as MachineOperation);
    expect(get(led, "open").transitions.at(-1)?.targets).toEqual(["lost"]);
  });
});

describe("moving states", () => {
  const move = (stateId: string, parent: string | null): MachineOperation => ({
    kind: "move-state",
    stateId,
    parent,
    places: {},
  });

  it("leaves a state that is emptied plain, and what it began with is chosen anew", () => {
    const moved = run(order(), move("packing", null));
    expect(get(moved, "paid")).toMatchObject({ type: "compound", initial: "packed" });
    const emptied = run(moved, move("packed", null), move("again", null));
    expect(get(emptied, "paid")).toMatchObject({ type: "atomic", initial: null });
  });

  it("gives the machine another beginning when that one goes into another state", () => {
    const moved = run(order(), move("open", "paid"));
    expect(moved.initial).toBe("paid");
    expect(ids(moved)).toEqual(["paid", "packing", "packed", "again", "open"]);
  });

  it("never puts a state into itself, into a final one, or where it lies already", () => {
    const before = order();
    for (const operation of [move("paid", "packing"), move("open", "packed"), move("open", null)]) {
      expect(ids(run(before, operation))).toEqual(ids(before));
    }
  });
});

describe("deleting", () => {
  const without = (...nodeIds: string[]) => run(order(), { kind: "delete", nodeIds, edgeIds: [] });

  it("takes what lies in a state, and the ways that led there", () => {
    const left = without("paid");
    expect(ids(left)).toEqual(["open"]);
    expect(get(left, "open").transitions.map(({ id }) => id)).toEqual(["stay"]);
  });

  it("begins elsewhere when the beginning goes", () => {
    expect(without("open").initial).toBe("paid");
    expect(get(without("packing"), "paid").initial).toBe("packed");
    expect(get(without("packing"), "again").default).toEqual([]);
  });

  it("takes single transitions and actions", () => {
    const left = without("pay", "note", "mail");
    expect(get(left, "open").transitions.map(({ id }) => id)).toEqual(["stay"]);
    expect(get(left, "open").entry.map(({ id }) => id)).toEqual(["greet"]);
    expect(get(left, "paid").transitions[0]?.actions).toEqual([]);
  });
});

describe("renaming", () => {
  const rename = (nodeId: string, newId: string, of = order()) =>
    run(of, { kind: "rename-node", nodeId, newId });

  it("is followed by targets, beginnings, histories, layout and tests of the active states", () => {
    const guarded = run(
      order(),
      {
        kind: "edit-transition",
        id: "pay",
        patch: { guard: "${ !('packing' in states) && 'packing' != input.x }" },
      },
      { kind: "place-states", places: { packing: { x: 3, y: 4 } } },
    );
    const renamed = rename("packing", "boxing", guarded);
    expect(get(renamed, "paid").initial).toBe("boxing");
    expect(get(renamed, "again").default).toEqual(["boxing"]);
    expect(renamed.layout.nodes.boxing).toMatchObject({ x: 3, y: 4 });
    expect(renamed.layout.nodes.packing).toBeUndefined();
    expect(get(renamed, "open").transitions[0]?.guard).toBe(
      "${ !('boxing' in states) && 'packing' != input.x }",
    );
    expect(get(rename("paid", "payed"), "open").transitions[0]?.targets).toEqual(["payed"]);
  });

  it("of an action is followed by expressions, by the event of its failure, and by what cancels it", () => {
    const of = machine([
      state("a", {
        entry: [
          action("remind", { type: "send", config: { event: "x" } }),
          action("stop", { type: "cancel", config: { send: "remind" } }),
          action("log", { config: { message: "${ nodes.remind.at }" } }),
        ],
        transitions: [way("failed", ["a"], { event: "error.remind" })],
      }),
    ]);
    const { entry, transitions } = get(rename("remind", "nag", of), "a");
    expect(entry.map(({ id }) => id)).toEqual(["nag", "stop", "log"]);
    expect(entry[1]?.config.send).toBe("nag");
    expect(entry[2]?.config.message).toBe("${ nodes.nag.at }");
    expect(transitions[0]?.event).toBe("error.nag");
  });

  it("of a transition changes nothing else", () => {
    expect(get(rename("pay", "buy"), "open").transitions[0]).toMatchObject({
      id: "buy",
      event: "pay",
    });
  });
});

describe("other edits", () => {
  it("clears what the new kind of state cannot have", () => {
    const ended = run(order(), { kind: "edit-state", stateId: "open", patch: { type: "final" } });
    expect(get(ended, "open")).toMatchObject({ transitions: [], type: "final" });
    expect(get(ended, "open").entry).toHaveLength(2);
    const both = run(order(), { kind: "edit-state", stateId: "paid", patch: { type: "parallel" } });
    expect(get(both, "paid").initial).toBeNull();
  });

  it("begins with another state, of the machine and of one that holds states", () => {
    const begun = run(
      order(),
      { kind: "begin-with", stateId: "paid" },
      { kind: "begin-with", stateId: "packed" },
    );
    expect(begun.initial).toBe("paid");
    expect(get(begun, "paid").initial).toBe("packed");
  });

  it("changes the order of actions and of transitions, up to the ends", () => {
    const before = order();
    const moved = run(before, { kind: "shift", id: "note", by: -1 });
    expect(get(moved, "open").entry.map(({ id }) => id)).toEqual(["note", "greet"]);
    const ways = run(before, { kind: "shift", id: "pay", by: 1 });
    expect(get(ways, "open").transitions.map(({ id }) => id)).toEqual(["stay", "pay"]);
    expect(run(before, { kind: "shift", id: "pay", by: -1 })).toBe(before);
  });

  it("writes titles of states, labels of transitions, and configs of actions", () => {
    const edit = (nodeId: string, patch: object): MachineOperation =>
      ({ kind: "edit-node", nodeId, patch }) as MachineOperation;
    const edited = run(
      order(),
      edit("open", { title: "Open" }),
      edit("pay", { title: "Pay now" }),
      edit("greet", { config: { message: "Hi" } }),
    );
    expect(get(edited, "open").title).toBe("Open");
    expect(get(edited, "open").transitions[0]?.label).toBe("Pay now");
    expect(get(edited, "open").entry[0]?.config).toEqual({ message: "Hi" });
  });

  it("adds an action where it is wanted", () => {
    const added = run(order(), {
      kind: "insert-actions",
      actions: [action("first")],
      place: { kind: "entry", state: "open" },
      index: 0,
    });
    expect(get(added, "open").entry.map(({ id }) => id)).toEqual(["first", "greet", "note"]);
    expect(describeOperation({ kind: "shift", id: "x", by: 1 })).toBe("change the order");
  });
});

describe("making", () => {
  it("gives free ids, and states to what must hold some", () => {
    const of = machine([state("state")]);
    expect(makeState(of, "atomic")).toMatchObject({ id: "state_2", title: "State 2" });
    expect(makeState(of, "parallel").children.map(({ id }) => id)).toEqual(["region", "region_2"]);
    expect(makeState(of, "compound")).toMatchObject({ initial: "state_2" });
    expect(makeAction(of, testCatalog, "task").id).toBe("task");
  });

  it("waits for an event that nothing there waits for yet", () => {
    const from = state("a", { transitions: [way("a_next", ["b"], { event: "next" })] });
    expect(makeTransition(machine([from]), from, ["b"])).toMatchObject({
      id: "a_next_2",
      event: "next_2",
    });
  });

  it("says why a transition cannot be drawn", () => {
    const final = state("end", { type: "final" });
    expect(whyNot(final, state("a"))).toMatch(/final/);
    expect(whyNot(state("a"), final)).toBeNull();
  });
});

describe("copying", () => {
  it("takes states with all that they hold, under new ids that follow each other", () => {
    const before = order();
    const clip = readClip(copyParts(before, new Set(["paid", "packing"])));
    if (!clip) throw new Error("nothing was copied");
    expect(clip.states.map(({ id }) => id)).toEqual(["paid"]);
    const fresh = withFreshIds(before, clip);
    const [copy] = fresh.states;
    expect(copy).toMatchObject({ id: "paid_2", initial: "packing_2" });
    expect(copy?.children[0]?.transitions[0]?.targets).toEqual(["packed_2"]);
    expect(copy?.transitions[0]?.targets).toEqual(["open"]);
    const all = partsOf(run(before, into(null, ...fresh.states))).map(({ id }) => id);
    expect(new Set(all).size).toBe(all.length);
  });

  it("drops ways to states that are not there", () => {
    const clip = readClip(copyParts(order(), new Set(["open"])));
    if (!clip) throw new Error("nothing was copied");
    const [alone] = withFreshIds(machine([]), clip).states;
    expect(alone?.transitions.map(({ id }) => id)).toEqual(["stay"]);
  });

  it("takes actions, and nothing that is not its own", () => {
    expect(readClip(copyParts(order(), new Set(["mail"])))?.actions[0]?.id).toBe("mail");
    expect(copyParts(order(), new Set(["pay"]))).toBe("");
    expect(readClip('{"mark": "flowdeck/steps", "steps": []}')).toBeNull();
    expect(
      readClip('{"mark": "flowdeck/states", "states": [{"id": 1}], "actions": []}'),
    ).toBeNull();
    expect(readClip("not JSON")).toBeNull();
  });
});

describe("rules of machines", () => {
  const problem = (node: string | null, edge: string | null, field: string | null) =>
    ({ node_id: node, edge_id: edge, field }) as Parameters<typeof machineRules.partOfProblem>[1];

  it("lead problems to the transition, the state or the start", () => {
    const of = order();
    expect(machineRules.partOfProblem(of, problem("open", "pay", "guard"))).toBe("pay");
    expect(machineRules.partOfProblem(of, problem("mail", null, "config"))).toBe("mail");
    expect(machineRules.partOfProblem(of, problem(null, null, "data.x"))).toBe("_start");
    expect(machineRules.partOfProblem(of, problem(null, null, null))).toBeNull();
  });

  it("mark what differs from another document, and no more", () => {
    const before = order();
    const after = run(
      before,
      { kind: "edit-transition", id: "pay", patch: { event: "buy" } },
      { kind: "begin-with", stateId: "paid" },
      { kind: "place-states", places: { open: { x: 9, y: 9 } } },
    );
    expect([...machineRules.changedParts(after, before)].sort()).toEqual(["open", "paid", "pay"]);
  });

  it("know variables, events and the active states", () => {
    const names = machineRules.ownNames?.(order(), "pay").map(({ path }) => path);
    expect(names).toEqual(["data.tries", "event.name", "event.data", "states"]);
    expect(machineRules.sizeInWords(order())).toBe("5 states, 4 transitions");
  });
});

describe("the drawing of a machine that is edited", () => {
  it("has states with what they do, ways with words, and where each begins", () => {
    const drawing = drawingOfMachine(order(), testCatalog);
    const initial = drawing.states.filter((each) => each.isInitial).map(({ id }) => id);
    expect(initial).toEqual(["open", "packing"]);
    expect(drawing.lines.map(({ id, label }) => `${id}: ${label}`)).toEqual([
      "pay: pay",
      "back: done",
      "pack: pack",
      "again.default.0: ",
    ]);
    const open = drawing.states.find(({ id }) => id === "open");
    expect(open?.rows.map(({ when }) => when)).toEqual(["entry", "stay"]);
  });
});
