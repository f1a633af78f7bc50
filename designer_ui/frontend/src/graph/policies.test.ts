import { describe, expect, it } from "vitest";
import { applyOperation } from "./operations";
import { node } from "./testCatalog";
import { emptyDocument } from "./types";

const document = {
  ...emptyDocument,
  nodes: [
    { ...node("a", "log"), cancels: ["b", "c"], only_while: "b" },
    node("b", "log"),
    node("c", "log"),
  ],
};

describe("steps that name other steps", () => {
  it("follow a renamed step", () => {
    const after = applyOperation(document, { kind: "rename-node", nodeId: "b", newId: "pay" });
    expect(after.nodes[0]).toMatchObject({ cancels: ["pay", "c"], only_while: "pay" });
  });

  it("forget a deleted step, and stay untouched by another", () => {
    const after = applyOperation(document, { kind: "delete", nodeIds: ["b"], edgeIds: [] });
    expect(after.nodes[0]).toMatchObject({ cancels: ["c"], only_while: null });
    const other = { ...document, nodes: [...document.nodes, node("d", "log")] };
    const kept = applyOperation(other, { kind: "delete", nodeIds: ["d"], edgeIds: [] });
    expect(kept.nodes[0]).toBe(other.nodes[0]);
  });
});
