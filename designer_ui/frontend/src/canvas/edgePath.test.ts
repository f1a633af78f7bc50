import { Position } from "@xyflow/react";
import { describe, expect, it } from "vitest";
import { drawEdge, roundedPath } from "./edgePath";
import { nodeLabel } from "./toFlow";

describe("drawEdge", () => {
  const ends = {
    sourceX: 0,
    sourceY: 0,
    sourcePosition: Position.Right,
    targetX: 400,
    targetY: 0,
  };

  it("follows the bend points of the layout between the real ends", () => {
    const route = [
      { x: 5, y: 5 },
      { x: 200, y: 0 },
      { x: 200, y: 100 },
      { x: 390, y: 100 },
    ];
    const { path } = drawEdge({ ...ends, targetY: 100 }, route);
    expect(path.startsWith("M0,0")).toBe(true);
    expect(path.endsWith("L400,100")).toBe(true);
  });

  it("goes below both nodes when it leads back", () => {
    const { labelY } = drawEdge({ ...ends, targetX: -300 }, null);
    expect(labelY).toBe(96);
  });

  it("goes through the row between them when one is far below the other", () => {
    const { labelY } = drawEdge({ ...ends, targetX: -300, targetY: 400 }, null);
    expect(labelY).toBe(200);
    const below = { ...ends, sourcePosition: Position.Bottom, targetX: -100, targetY: 200 };
    expect(drawEdge(below, null).path).toContain("82.5");
  });

  it("rounds corners by no more than half of the shorter side", () => {
    const points = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 10, y: 100 },
    ];
    expect(roundedPath(points, 20)).toBe("M0,0L5,0Q10,0 10,5L10,100");
  });
});

describe("nodeLabel", () => {
  it("says type, title and what is wrong", () => {
    const node = {
      id: "a",
      type: "task:check",
      typeTitle: "Task",
      title: "Check policy",
      family: "code",
      icon: "code",
      ports: [],
      position: { x: 0, y: 0 },
      problemCount: 2,
    };
    expect(nodeLabel(node)).toBe("Task Check policy, 2 problems");
    expect(nodeLabel({ ...node, problemCount: 0 }, "running")).toBe("Task Check policy, running");
  });
});
