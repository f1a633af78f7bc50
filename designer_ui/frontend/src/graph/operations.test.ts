import { describe, expect, it } from "vitest";
import { type History, record, redo, startHistory, undo } from "@/documents/history";
import { editOf, type Operation } from "@/documents/rules";
import { findChangedNodes } from "./changes";
import { copyNodes, planPaste, readClip } from "./clipboard";
import { planConnection } from "./connect";
import { asGraph, boxesOf, makeEdge } from "./document";
import { findFreePlace, sizeOf } from "./geometry";
import { newNodeId } from "./ids";
import { findNeighbour } from "./navigate";
import { applyOperation, describeOperation } from "./operations";
import { portsOf } from "./ports";
import { graph, node, testCatalog } from "./testCatalog";

const chain = () => graph([node("a", "start"), node("b"), node("c")], ["a>b", "b>c"]);

describe("applyOperation", () => {
  it("deletes a node with its edges and its place", () => {
    const after = applyOperation(chain(), { kind: "delete", nodeIds: ["b"], edgeIds: [] });
    expect(after.nodes.map((each) => each.id)).toEqual(["a", "c"]);
    expect(after.edges).toEqual([]);
    expect(Object.keys(after.layout.nodes ?? {})).toEqual(["a", "c"]);
  });

  it("shares what did not change and leaves the given document alone", () => {
    const before = chain();
    const after = applyOperation(before, {
      kind: "edit-node",
      nodeId: "b",
      patch: { title: "Check" },
    });
    expect(after.nodes[0]).toBe(before.nodes[0]);
    expect(after.edges).toBe(before.edges);
    expect(before.nodes[1]?.title).toBe("b");
    expect(after.nodes[1]?.title).toBe("Check");
  });

  it("renames a node in edges, layout and expressions, not in plain text", () => {
    const document = graph(
      [
        node("a", "start"),
        node("b"),
        node("c", "task", { text: 'nodes.b stays ${ nodes.b.total + "nodes.b" + nodes.bb }' }),
      ],
      ["a>b", "b>c"],
    );
    const after = applyOperation(document, { kind: "rename-node", nodeId: "b", newId: "check" });
    expect(after.edges.map((edge) => `${edge.source}>${edge.target}`)).toEqual([
      "a>check",
      "check>c",
    ]);
    expect(after.nodes[2]?.config.text).toBe(
      'nodes.b stays ${ nodes.check.total + "nodes.b" + nodes.bb }',
    );
    expect(after.layout.nodes?.check).toEqual({ x: 340, y: 0 });
  });

  it("keeps the edges of a renamed port and drops those of a removed one", () => {
    const document = graph([node("g", "gate"), node("b"), node("c")], ["g.yes>b", "g.no>c"]);
    const after = applyOperation(document, {
      kind: "edit-node",
      nodeId: "g",
      patch: { config: {} },
      renamedPorts: { yes: "ok" },
      removedPorts: ["no"],
    });
    expect(after.edges.map((edge) => edge.source_port)).toEqual(["ok"]);
  });

  it("inserts a node into an edge", () => {
    const after = applyOperation(chain(), {
      kind: "insert",
      edgeId: "a>b",
      node: node("x"),
      position: { x: 100, y: 0 },
      edges: [makeEdge("a-x", "a", "out", "x"), makeEdge("x-b", "x", "out", "b")],
    });
    expect(after.edges.map((edge) => edge.id)).toEqual(["b>c", "a-x", "x-b"]);
  });
});

const perform = (history: History, operation: Operation, now: number) =>
  record(history, editOf(history.present, operation), now);

describe("history", () => {
  it("goes back and forth over every kind of edit", () => {
    const operations = [
      { kind: "add", nodes: [node("d")], edges: [], positions: { d: { x: 9, y: 9 } } },
      { kind: "connect", edge: makeEdge("c-d", "c", "out", "d") },
      { kind: "move", positions: { d: { x: 50, y: 60 } } },
      { kind: "edit-node", nodeId: "d", patch: { config: { amount: 3 } } },
      { kind: "delete", nodeIds: ["b"], edgeIds: [] },
    ] as const;
    let history = startHistory(chain());
    const states = [history.present];
    for (const operation of operations) {
      history = perform(history, structuredClone(operation) as never, 0);
      states.push(history.present);
    }
    for (let index = states.length - 2; index >= 0; index -= 1) {
      history = undo(history);
      expect(history.present).toEqual(states[index]);
    }
    expect(undo(history)).toBe(history);
    for (const state of states.slice(1)) {
      history = redo(history);
      expect(history.present).toEqual(state);
    }
    expect(redo(history)).toBe(history);
  });

  it("counts quick typing in one field as one step", () => {
    let history = startHistory(chain());
    for (const [index, title] of ["C", "Ch", "Che"].entries()) {
      history = perform(
        history,
        { kind: "edit-node", nodeId: "b", patch: { title } },
        1_000 + index * 200,
      );
    }
    expect(history.past).toHaveLength(1);
    history = perform(history, { kind: "edit-node", nodeId: "b", patch: { title: "X" } }, 9_000);
    expect(history.past).toHaveLength(2);
    expect(asGraph(undo(history).present).nodes[1]?.title).toBe("Che");
  });

  it("forgets the undone future after a new edit", () => {
    let history = startHistory(chain());
    history = perform(history, { kind: "delete", nodeIds: ["c"], edgeIds: [] }, 0);
    history = perform(undo(history), { kind: "delete", nodeIds: ["b"], edgeIds: [] }, 0);
    expect(history.future).toEqual([]);
    expect(describeOperation({ kind: "delete", nodeIds: ["b", "c"], edgeIds: [] })).toBe(
      "delete 2 nodes",
    );
  });
});

describe("planConnection", () => {
  it("makes an edge with an id of its own", () => {
    const result = planConnection(chain(), testCatalog, { source: "a", port: "out", target: "c" });
    expect(result.edge).toMatchObject({ id: "a-c", source_port: "out", loop: false });
  });

  it.each([
    [{ source: "b", port: "out", target: "a" }, "Nothing can lead into “a”."],
    [{ source: "a", port: "out", target: "b" }, "These two are already connected."],
    [{ source: "a", port: "no", target: "c" }, "“a” has no output “no”."],
  ])("refuses %o in words", (connection, reason) => {
    expect(planConnection(chain(), testCatalog, connection)).toEqual({ reason });
  });

  it("turns an edge back up the graph into a loop", () => {
    const result = planConnection(chain(), testCatalog, { source: "c", port: "out", target: "b" });
    expect(result.edge?.loop).toBe(true);
  });
});

describe("places", () => {
  it("never puts a node on another", () => {
    const boxes = boxesOf(chain(), testCatalog);
    const place = findFreePlace({ x: 340, y: 0 }, sizeOf("task", []), boxes);
    expect(boxes.some((box) => box.x === place.x && box.y === place.y)).toBe(false);
    expect(Math.abs(place.y)).toBeGreaterThanOrEqual(60);
  });

  it("finds the neighbour straight ahead before a nearer one aside", () => {
    const at = (id: string, x: number, y: number) => ({ id, x, y, width: 10, height: 10 });
    const nodes = [at("a", 0, 0), at("ahead", 100, 0), at("aside", 60, 55)];
    expect(findNeighbour(nodes, "a", "right")).toBe("ahead");
    expect(findNeighbour(nodes, "a", "left")).toBeNull();
  });
});

describe("ports and ids", () => {
  it("lists the person's own ports before the type's", () => {
    const config = { branches: [{ id: "high", label: "Over 1000" }, { id: "low" }, {}] };
    expect(portsOf(testCatalog, node("g", "gate", config)).map((port) => port.label)).toEqual([
      "Over 1000",
      "low",
      "Otherwise",
    ]);
  });

  it("makes identifiers from titles", () => {
    const document = graph([node("check_policy")]);
    expect(newNodeId(document, "Check policy")).toBe("check_policy_2");
    expect(newNodeId(document, "2. Prüfen!")).toBe("prufen");
    expect(newNodeId(document, "…")).toBe("step");
  });
});

describe("copy and paste", () => {
  it("gives fresh ids, and edges and expressions follow", () => {
    const document = graph(
      [node("a"), node("b", "task", { value: "${ nodes.a.total }" }), node("c")],
      ["a>b", "b>c"],
    );
    const clip = readClip(copyNodes(document, new Set(["a", "b"])));
    if (!clip) throw new Error("The copied text could not be read.");
    const operation = planPaste(document, clip, { x: 500, y: 500 });
    expect(operation.nodes.map((each) => each.id)).toEqual(["a_2", "b_2"]);
    expect(operation.nodes[1]?.config.value).toBe("${ nodes.a_2.total }");
    expect(operation.edges.map((edge) => edge.id)).toEqual(["a_2-b_2"]);
    expect(operation.positions).toEqual({ a_2: { x: 500, y: 500 }, b_2: { x: 840, y: 500 } });
  });

  it("reads nothing from other texts", () => {
    expect(readClip("hello")).toBeNull();
    expect(readClip('{"nodes": 1, "edges": []}')).toBeNull();
    expect(copyNodes(chain(), new Set())).toBe("");
  });
});

describe("findChangedNodes", () => {
  it("names nodes with another config or other edges, not moved ones", () => {
    const before = chain();
    let after = applyOperation(before, { kind: "move", positions: { c: { x: 1, y: 1 } } });
    expect([...findChangedNodes(after, before)]).toEqual([]);
    after = applyOperation(after, { kind: "edit-node", nodeId: "c", patch: { title: "C" } });
    after = applyOperation(after, { kind: "delete", nodeIds: [], edgeIds: ["a>b"] });
    expect([...findChangedNodes(after, before)]).toEqual(["a", "c"]);
  });
});
