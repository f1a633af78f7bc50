import { describe, expect, it } from "vitest";
import type { Canvas } from "@/api/types";
import { drawingOf, labelSize, ownSize, ROW_HEIGHT, ROWS_PADDING, STATE_HEADER } from "./drawing";
import { placedStates, placesWithin } from "./placed";
import { routeLines } from "./routes";

const action = (id: string, state: string, when: string) => ({
  id,
  type: "log",
  title: id,
  icon: "log",
  state,
  when,
});

function node(id: string, type: string, parent: string | null, ports: [string, string][] = []) {
  const drawn = ports.map(([port, label]) => ({ id: port, label, kind: "normal" }));
  return {
    id,
    type: `state.${type}`,
    title: id,
    family: "flow",
    icon: "circle",
    parent,
    ports: drawn,
  };
}

function edge(id: string, source: string, port: string, target: string) {
  return { id, source, source_port: port, target, label: port, loop: false, max_iterations: 1 };
}

const canvas = {
  kind: "state_machine",
  nodes: [
    node("inner", "atomic", "region", [["remind", "after 60 s"]]),
    node("on", "parallel", null),
    node("region", "compound", "on"),
    node("off", "final", null),
    node("again", "history", "region"),
  ],
  edges: [edge("go", "inner", "go", "off"), edge("go.1", "inner", "go", "on")],
  actions: [
    action("greet", "inner", "entry"),
    action("mail", "inner", "remind"),
    action("tell", "inner", "go"),
  ],
  layout: {
    nodes: {
      on: { x: 100, y: 10, width: 500, height: 300 },
      region: { x: 20, y: 60, width: 300, height: 200 },
      inner: { x: 5, y: 50 },
      again: { x: 220, y: 5 },
      off: { x: 700, y: 20 },
    },
  },
} as unknown as Canvas;

describe("a machine's drawing", () => {
  const drawing = drawingOf(canvas);
  const byId = new Map(drawing.states.map((state) => [state.id, state]));

  it("draws outer states before the inner ones, and knows the regions", () => {
    expect(drawing.states.map(({ id, depth }) => `${id} ${depth}`)).toEqual([
      "on 0",
      "off 0",
      "region 1",
      "inner 2",
      "again 2",
    ]);
    expect(byId.get("region")).toMatchObject({ isRegion: true, hasChildren: true });
    expect(byId.get("inner")).toMatchObject({ isRegion: false, hasChildren: false });
  });

  it("lists what a state does, also on a transition that leads nowhere", () => {
    const rows = byId.get("inner")?.rows.map((row) => [row.when, row.actions.map(({ id }) => id)]);
    expect(rows).toEqual([
      ["entry", ["greet"]],
      ["after 60 s", ["mail"]],
    ]);
    const inner = byId.get("inner");
    expect(inner && ownSize(inner).height).toBe(STATE_HEADER + 2 * ROW_HEIGHT + ROWS_PADDING);
  });

  it("puts the actions of a transition to several targets on the first line", () => {
    expect(drawing.lines.map((line) => line.actions.length)).toEqual([1, 0]);
    const [first, second] = drawing.lines;
    expect(first && second && labelSize(first).width > labelSize(second).width).toBe(true);
  });

  it("places states within their parents, or not at all where one has no place", () => {
    const placed = placedStates(drawing, canvas.layout.nodes);
    expect(placed?.boxes.get("inner")).toMatchObject({ x: 125, y: 120 });
    expect(placed?.lines.size).toBe(2);
    expect(placedStates(drawing, {})).toBeNull();
  });

  it("makes a state as large as what lies in it, and says where each lies within its parent", () => {
    const places = { ...canvas.layout.nodes, inner: { x: 900, y: 50 } };
    const placed = placedStates(drawing, places);
    const [on, region, inner] = ["on", "region", "inner"].map((id) => placed?.boxes.get(id));
    for (const [outer, within] of [
      [on, region],
      [region, inner],
    ] as const) {
      if (!outer || !within) throw new Error("not placed");
      expect(outer.x + outer.width).toBeGreaterThan(within.x + within.width);
    }
    expect(placed && placesWithin(drawing, placed)).toMatchObject({
      on: { x: 100, y: 10 },
      region: { x: 20, y: 60 },
      inner: { x: 900, y: 50 },
    });
  });
});

describe("lines between placed states", () => {
  const box = (x: number, y: number) => ({ x, y, width: 100, height: 60 });
  const boxes = new Map([
    ["a", box(0, 0)],
    ["b", box(300, 0)],
    ["c", box(0, 300)],
  ]);
  const line = (id: string, source: string, target: string) => ({
    id,
    source,
    target,
    transition: id,
    label: id,
    actions: [],
  });

  it("run between the sides that face each other", () => {
    const drawn = routeLines(boxes, [line("ab", "a", "b"), line("ca", "c", "a")]);
    expect(drawn.get("ab")?.end).toEqual({ x: 300, y: 30 });
    expect(drawn.get("ca")?.end).toEqual({ x: 50, y: 60 });
  });

  it("share a side, there and back, with labels apart", () => {
    const drawn = routeLines(boxes, [line("ab", "a", "b"), line("ba", "b", "a")]);
    const [there, back] = [drawn.get("ab"), drawn.get("ba")];
    expect(there?.end.y).toBeCloseTo(20);
    expect(back?.end.y).toBeCloseTo(40);
    expect(there?.label).not.toEqual(back?.label);
  });

  it("leave a state and come back to it", () => {
    const loop = routeLines(boxes, [line("aa", "a", "a")]).get("aa");
    expect(loop?.end.x).toBe(100);
    expect(loop?.label.y).toBeLessThan(0);
  });
});
