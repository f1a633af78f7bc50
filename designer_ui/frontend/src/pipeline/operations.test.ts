import { describe, expect, it } from "vitest";
import { record, redo, startHistory, undo } from "@/documents/history";
import { editOf, type Operation, rulesOf } from "@/documents/rules";
import { testCatalog } from "@/graph/testCatalog";
import { pipelineCatalog } from "./catalog";
import { copySteps, planPaste, readSteps } from "./clipboard";
import { applyOperation, asPipeline, describeOperation } from "./operations";
import { makeStep } from "./steps";
import { choice, idsOf, parallel, pipeline, shape, task } from "./testSteps";
import { lanesOf, type Step } from "./tree";

const nested = () =>
  pipeline(
    task("a"),
    choice("if", "${ nodes.a.total > 1 }", [task("b", { text: "${ nodes.a } nodes.a" })], []),
    parallel("both", [task("c"), parallel("deep", [task("d")], [])], [task("e")]),
  );

describe("applyOperation", () => {
  it.each([
    [{ owner: null, lane: 0, index: 1 }, "a x if(b | ) both(c deep(d | ) | e)"],
    [{ owner: "if", lane: 1, index: 0 }, "a if(b | x) both(c deep(d | ) | e)"],
    [{ owner: "both", lane: 0, index: 2 }, "a if(b | ) both(c deep(d | ) x | e)"],
    [{ owner: "deep", lane: 1, index: 0 }, "a if(b | ) both(c deep(d | x) | e)"],
  ])("inserts at %j", (place, expected) => {
    const after = applyOperation(nested(), { kind: "insert-steps", place, steps: [task("x")] });
    expect(shape(after.steps)).toBe(expected);
  });

  it.each([
    ["a", { owner: null, lane: 0, index: 3 }, "if(b | ) both(c deep(d | ) | e) a"],
    ["a", { owner: "deep", lane: 1, index: 0 }, "if(b | ) both(c deep(d | a) | e)"],
    ["c", { owner: "both", lane: 0, index: 2 }, "a if(b | ) both(deep(d | ) c | e)"],
    ["d", { owner: null, lane: 0, index: 0 }, "d a if(b | ) both(c deep( | ) | e)"],
    ["if", { owner: "both", lane: 1, index: 0 }, "a both(c deep(d | ) | if(b | ) e)"],
  ])("moves %s to %j", (id, place, expected) => {
    const after = applyOperation(nested(), { kind: "move-steps", ids: [id], place });
    expect(shape(after.steps)).toBe(expected);
  });

  it("moves several together, in reading order, without what they hold twice", () => {
    const after = applyOperation(nested(), {
      kind: "move-steps",
      ids: ["e", "both", "b"],
      place: { owner: null, lane: 0, index: 0 },
    });
    expect(shape(after.steps)).toBe("b both(c deep(d | ) | e) a if( | )");
  });

  it.each([
    ["into itself", ["both"], { owner: "deep", lane: 0, index: 0 }],
    ["to where it stands", ["a"], { owner: null, lane: 0, index: 1 }],
    ["to a list that is gone", ["a"], { owner: "gone", lane: 0, index: 0 }],
    ["when it is gone", ["gone"], { owner: null, lane: 0, index: 0 }],
  ])("leaves the document alone when a step is moved %s", (_, ids, place) => {
    const before = nested();
    expect(applyOperation(before, { kind: "move-steps", ids, place })).toBe(before);
  });

  it("deletes steps with what they hold", () => {
    const after = applyOperation(nested(), {
      kind: "delete",
      nodeIds: ["if", "deep", "e"],
      edgeIds: [],
    });
    expect(shape(after.steps)).toBe("a both(c | )");
  });

  it("shares what did not change and leaves the given document alone", () => {
    const before = nested();
    const after = applyOperation(before, {
      kind: "edit-node",
      nodeId: "d",
      patch: { title: "Deep" },
    });
    expect(after.steps[0]).toBe(before.steps[0]);
    expect(after.steps[1]).toBe(before.steps[1]);
    expect(after.steps[2]).not.toBe(before.steps[2]);
    expect(before).toEqual(nested());
  });

  it("renames a step in conditions and expressions, not in plain text", () => {
    const after = applyOperation(nested(), { kind: "rename-node", nodeId: "a", newId: "first" });
    expect(idsOf(after.steps)[0]).toBe("first");
    expect(after.steps[1]).toMatchObject({ condition: "${ nodes.first.total > 1 }" });
    expect(lanesOf(after.steps[1] as Step)[0]).toMatchObject([
      { config: { text: "${ nodes.first } nodes.a" } },
    ]);
  });

  it("adds a branch, removes one with its steps, and keeps the last one", () => {
    const more = applyOperation(nested(), { kind: "add-lane", nodeId: "both" });
    expect(shape(more.steps)).toContain("both(c deep(d | ) | e | )");
    let fewer = applyOperation(nested(), { kind: "remove-lane", nodeId: "both", lane: 0 });
    expect(shape(fewer.steps)).toBe("a if(b | ) both(e)");
    fewer = applyOperation(fewer, { kind: "remove-lane", nodeId: "both", lane: 0 });
    expect(shape(fewer.steps)).toBe("a if(b | ) both(e)");
  });

  it("goes back and forth over every kind of edit", () => {
    const operations: Operation[] = [
      { kind: "insert-steps", place: { owner: "if", lane: 1, index: 0 }, steps: [task("x")] },
      { kind: "set-condition", nodeId: "if", condition: "${ true }" },
      { kind: "set-bound", nodeId: "both", bound: 1 },
      { kind: "move-steps", ids: ["x"], place: { owner: null, lane: 0, index: 0 } },
      { kind: "edit-node", nodeId: "x", patch: { config: { amount: 3 } } },
      { kind: "add-lane", nodeId: "both" },
      { kind: "set-input-schema", schema: { type: "object" } },
      { kind: "delete", nodeIds: ["both"], edgeIds: [] },
    ];
    let history = startHistory(nested());
    const states = [history.present];
    for (const operation of operations) {
      history = record(history, editOf(history.present, operation), 0);
      states.push(history.present);
    }
    expect(history.past.map((entry) => entry.label)).toEqual(
      operations.map((each) => describeOperation(each as never)),
    );
    for (const state of states.slice(0, -1).reverse()) {
      history = undo(history);
      expect(history.present).toEqual(state);
    }
    for (const state of states.slice(1)) {
      history = redo(history);
      expect(history.present).toEqual(state);
    }
  });
});

describe("clipboard", () => {
  it("pastes with fresh ids that expressions follow, at any depth", () => {
    const document = nested();
    const text = copySteps(document, new Set(["a", "if", "b"]));
    const pasted = readSteps(text);
    expect(shape(pasted ?? [])).toBe("a if(b | )");
    const operation = planPaste(document, pasted ?? [], { owner: "deep", lane: 1, index: 0 });
    const after = applyOperation(document, operation);
    expect(shape(after.steps)).toBe("a if(b | ) both(c deep(d | a_2 if_2(b_2 | )) | e)");
    expect(operation.steps[1]).toMatchObject({ condition: "${ nodes.a_2.total > 1 }" });
    expect(new Set(idsOf(after.steps)).size).toBe(idsOf(after.steps).length);
  });

  it("reads a whole pipeline, and refuses what is none", () => {
    expect(shape(readSteps(JSON.stringify(nested())) ?? [])).toBe(shape(nested().steps));
    const byHand = readSteps('{"kind":"pipeline","steps":[{"id":"a","type":"log","config":{}}]}');
    expect(byHand).toMatchObject([{ step: "task", title: "", retry: null }]);
    for (const text of [
      "words",
      "[]",
      '{"kind":"graph","nodes":[],"edges":[]}',
      '{"mark":"flowdeck/steps","steps":[{"id":"1","type":"log","config":{}}]}',
      '{"mark":"flowdeck/steps","steps":[{"id":"a","step":"parallel","branches":[]}]}',
      '{"mark":"flowdeck/steps","steps":[{"id":"a","step":"magic"}]}',
    ]) {
      expect(readSteps(text)).toBeNull();
    }
    expect(copySteps(nested(), new Set(["gone"]))).toBe("");
  });
});

describe("a new step", () => {
  it("is made by its type, with an id that is free", () => {
    const catalog = pipelineCatalog(testCatalog);
    const { steps } = pipeline(task("in_parallel"));
    expect(makeStep(steps, catalog, "parallel")).toMatchObject({
      id: "in_parallel_2",
      branches: [[], []],
    });
    expect(makeStep(steps, catalog, "conditional")).toMatchObject({ step: "conditional" });
    expect(makeStep(steps, catalog, "task")).toMatchObject({ step: "task", type: "task" });
  });
});

describe("rules of pipelines", () => {
  const rules = rulesOf(pipeline());

  it("tell what an expression may read: what ran before, and nothing beside it", () => {
    const earlier = (id: string) => rules.partsBefore(nested(), id).map((part) => part.id);
    expect(earlier("a")).toEqual([]);
    expect(earlier("b")).toEqual(["a"]);
    expect(earlier("if")).toEqual(["a"]);
    expect(earlier("e")).toEqual(["b", "if", "a"]);
    expect(earlier("d")).toEqual(["c", "b", "if", "a"]);
  });

  it("tell which steps changed, and not those around them", () => {
    const changed = (operation: Operation) =>
      [...rules.changedParts(asPipeline(editOf(nested(), operation).document), nested())].sort();
    expect(changed({ kind: "edit-node", nodeId: "d", patch: { title: "x" } })).toEqual(["d"]);
    expect(changed({ kind: "set-condition", nodeId: "if", condition: "x" })).toEqual(["if"]);
    expect(changed({ kind: "set-input-schema", schema: { type: "object" } })).toEqual(["_start"]);
    expect(changed({ kind: "add-lane", nodeId: "both" })).toEqual(["both"]);
    const place = { owner: "both", lane: 1, index: 1 };
    expect(changed({ kind: "move-steps", ids: ["b"], place })).toEqual(["b"]);
  });

  it("show a problem at its step, and what is wrong with the start form at the start", () => {
    const problem = (node_id: string | null, field: string | null, related: string[] = []) =>
      rules.partOfProblem(nested(), { node_id, field, related } as never);
    expect(problem("d", "config.text")).toBe("d");
    expect(problem(null, "input_schema.properties")).toBe("_start");
    expect(problem("_result_if", "config", ["b"])).toBe("b");
    expect(problem(null, "steps")).toBeNull();
  });

  it("are not mixed with those of graphs", () => {
    expect(() => asPipeline({ kind: "graph" } as never)).toThrow("a graph");
    expect(() => rulesOf({ kind: "other" })).toThrow("other");
  });
});
