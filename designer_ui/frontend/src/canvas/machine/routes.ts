import type { Box } from "@/graph/geometry";
import type { Position } from "@/graph/types";
import { roundedPath } from "../edgePath";
import type { TransitionLine } from "./drawing";

/** A line as it is drawn, where its label stands, and where its arrow ends, coming from `from`. */
export interface DrawnLine {
  readonly path: string;
  readonly label: Position;
  readonly end: Position;
  readonly from: Position;
}

export interface PlacedMachine {
  /** Where each state lies on the canvas, and how large it is. */
  readonly boxes: ReadonlyMap<string, Box>;
  readonly lines: ReadonlyMap<string, DrawnLine>;
}

type Side = "left" | "right" | "top" | "bottom";

interface End {
  readonly line: string;
  readonly state: string;
  readonly side: Side;
  /** Where the other end lies along the side. */
  readonly order: number;
}

const LOOP = 36;
/** Between lines that join the same two states, so that their labels have room. */
const APART = 30;
const OUTWARD: Readonly<Record<Side, Position>> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  top: { x: 0, y: -1 },
  bottom: { x: 0, y: 1 },
};

const middle = (box: Box): Position => ({
  x: box.x + box.width / 2,
  y: box.y + box.height / 2,
});

const holds = (outer: Box, inner: Box): boolean =>
  outer.x <= inner.x &&
  outer.y <= inner.y &&
  outer.x + outer.width >= inner.x + inner.width &&
  outer.y + outer.height >= inner.y + inner.height;

/** The sides that face each other; the bottoms where one state lies in the other. */
function sidesBetween(a: Box, b: Box): [Side, Side] {
  if (holds(a, b) || holds(b, a)) return ["bottom", "bottom"];
  const right = b.x - a.x - a.width;
  const left = a.x - b.x - b.width;
  const below = b.y - a.y - a.height;
  const above = a.y - b.y - b.height;
  if (Math.max(right, left) >= Math.max(below, above)) {
    return right >= left ? ["right", "left"] : ["left", "right"];
  }
  return below >= above ? ["bottom", "top"] : ["top", "bottom"];
}

const isUpright = (side: Side): boolean => side === "left" || side === "right";

function pointOn(box: Box, side: Side, share: number): Position {
  const { x, y, width, height } = box;
  return isUpright(side)
    ? { x: side === "left" ? x : x + width, y: y + height * share }
    : { x: x + width * share, y: side === "top" ? y : y + height };
}

/** A line from a state to itself, over its right upper corner. */
function loopOf(box: Box): DrawnLine {
  const x = box.x + box.width;
  const start = { x: x - LOOP, y: box.y };
  const end = { x, y: box.y + Math.min(LOOP, box.height / 2) };
  const corner = { x: x + LOOP, y: box.y - LOOP };
  const points = [start, { x: start.x, y: corner.y }, corner, { x: corner.x, y: end.y }, end];
  return { path: roundedPath(points), label: corner, end, from: { x: corner.x, y: end.y } };
}

/** `aside` bends the line so far along the sides, for others between the same states. */
function curveOf(
  from: Position,
  to: Position,
  sides: [Side, Side],
  at: number,
  aside: number,
): DrawnLine {
  const bend = Math.max(32, Math.hypot(to.x - from.x, to.y - from.y) * 0.4);
  const away = isUpright(sides[0]) ? { x: 0, y: aside } : { x: aside, y: 0 };
  const out = (point: Position, side: Side): Position => ({
    x: point.x + OUTWARD[side].x * bend + away.x,
    y: point.y + OUTWARD[side].y * bend + away.y,
  });
  const [a, b] = [out(from, sides[0]), out(to, sides[1])];
  const along = (p: number, q: number, r: number, s: number) =>
    (1 - at) ** 3 * p + 3 * (1 - at) ** 2 * at * q + 3 * (1 - at) * at ** 2 * r + at ** 3 * s;
  return {
    path: `M${from.x},${from.y}C${a.x},${a.y} ${b.x},${b.y} ${to.x},${to.y}`,
    label: { x: along(from.x, a.x, b.x, to.x), y: along(from.y, a.y, b.y, to.y) },
    end: to,
    from: { x: to.x + OUTWARD[sides[1]].x, y: to.y + OUTWARD[sides[1]].y },
  };
}

/** Lines between states that people placed: they share a side evenly, and cross as little as can be. */
export function routeLines(
  boxes: ReadonlyMap<string, Box>,
  lines: readonly TransitionLine[],
): Map<string, DrawnLine> {
  const drawn = new Map<string, DrawnLine>();
  const curves: { line: TransitionLine; source: Box; target: Box; sides: [Side, Side] }[] = [];
  for (const line of lines) {
    const source = boxes.get(line.source);
    const target = boxes.get(line.target);
    if (!source || !target) continue;
    if (line.source === line.target) drawn.set(line.id, loopOf(source));
    else curves.push({ line, source, target, sides: sidesBetween(source, target) });
  }
  const ends = curves.flatMap(({ line, source, target, sides }): End[] => {
    const order = (side: Side, other: Box) => middle(other)[isUpright(side) ? "y" : "x"];
    return [
      { line: line.id, state: line.source, side: sides[0], order: order(sides[0], target) },
      { line: line.id, state: line.target, side: sides[1], order: order(sides[1], source) },
    ];
  });
  const place = (line: string, state: string, side: Side, box: Box): Position => {
    const there = ends
      .filter((end) => end.state === state && end.side === side)
      .sort((a, b) => a.order - b.order || a.line.localeCompare(b.line));
    const index = there.findIndex((end) => end.line === line);
    return pointOn(box, side, (index + 1) / (there.length + 1));
  };
  const pairOf = (line: TransitionLine) => [line.source, line.target].sort().join(" ");
  for (const { line, source, target, sides } of curves) {
    // In the order in which they stand along the sides.
    const pair = curves
      .filter((other) => pairOf(other.line) === pairOf(line))
      .sort((a, b) => a.line.id.localeCompare(b.line.id));
    const index = pair.findIndex((other) => other.line.id === line.id);
    drawn.set(
      line.id,
      curveOf(
        place(line.id, line.source, sides[0], source),
        place(line.id, line.target, sides[1], target),
        sides,
        (index + 1) / (pair.length + 1),
        (index - (pair.length - 1) / 2) * APART,
      ),
    );
  }
  return drawn;
}
