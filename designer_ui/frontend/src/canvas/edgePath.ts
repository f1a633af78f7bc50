import { getBezierPath, Position } from "@xyflow/react";
import type { Route } from "./types";

export interface EdgeEnds {
  sourceX: number;
  sourceY: number;
  sourcePosition: Position;
  targetX: number;
  targetY: number;
}

export interface DrawnEdge {
  path: string;
  labelX: number;
  labelY: number;
}

type Point = { x: number; y: number };

const RADIUS = 14;

/** A line through the points with round corners. */
export function roundedPath(points: Route, radius = RADIUS): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x},${first.y}`;
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    if (!next) {
      path += `L${point.x},${point.y}`;
      return;
    }
    const previous = points[index] as Point;
    const before = Math.hypot(point.x - previous.x, point.y - previous.y);
    const after = Math.hypot(next.x - point.x, next.y - point.y);
    const r = Math.min(radius, before / 2, after / 2);
    const along = (to: Point, length: number) => ({
      x: point.x + ((to.x - point.x) / (length || 1)) * r,
      y: point.y + ((to.y - point.y) / (length || 1)) * r,
    });
    const enter = along(previous, before);
    const leave = along(next, after);
    path += `L${enter.x},${enter.y}Q${point.x},${point.y} ${leave.x},${leave.y}`;
  });
  return path;
}

function middleOf(points: Route): Point {
  const lengths = points
    .slice(1)
    .map((p, i) => Math.hypot(p.x - (points[i] as Point).x, p.y - (points[i] as Point).y));
  let rest = lengths.reduce((sum, each) => sum + each, 0) / 2;
  for (const [index, length] of lengths.entries()) {
    const from = points[index] as Point;
    const to = points[index + 1] as Point;
    if (rest <= length) {
      const share = length ? rest / length : 0;
      return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
    }
    rest -= length;
  }
  return points[0] ?? { x: 0, y: 0 };
}

const OUT = 32;
/** Half a card and some air: what a line between two rows of nodes needs on each side. */
const ROW = 70;

/**
 * Back to the left: out, along a free row, and into the target. The row lies between the two nodes
 * where there is room, else below both.
 */
function wayBack({ sourceX, sourceY, targetX, targetY, sourcePosition }: EdgeEnds): Point[] {
  const isFromBelow = sourcePosition === Position.Bottom;
  const hasRoom = isFromBelow ? targetY - sourceY > ROW : Math.abs(targetY - sourceY) > 2 * ROW;
  const middle = isFromBelow ? (sourceY + targetY - ROW / 2) / 2 : (sourceY + targetY) / 2;
  const row = hasRoom ? middle : Math.max(sourceY, targetY) + 96;
  const out = isFromBelow ? [] : [{ x: sourceX + OUT, y: sourceY }];
  return [
    { x: sourceX, y: sourceY },
    ...out,
    { x: isFromBelow ? sourceX : sourceX + OUT, y: row },
    { x: targetX - OUT, y: row },
    { x: targetX - OUT, y: targetY },
    { x: targetX, y: targetY },
  ];
}

/** How an edge is drawn: along the layout's bend points where they are known. */
export function drawEdge(ends: EdgeEnds, route: Route | null): DrawnEdge {
  const { sourceX, sourceY, sourcePosition, targetX, targetY } = ends;
  const isBack = targetX < sourceX + 24;
  const points =
    route && route.length > 2
      ? [{ x: sourceX, y: sourceY }, ...route.slice(1, -1), { x: targetX, y: targetY }]
      : isBack
        ? wayBack(ends)
        : null;
  if (points) {
    const middle = middleOf(points);
    return { path: roundedPath(points), labelX: middle.x, labelY: middle.y };
  }
  const [path, labelX, labelY] = getBezierPath({
    sourceX,
    sourceY,
    sourcePosition,
    targetX,
    targetY,
    targetPosition: Position.Left,
    curvature: 0.35,
  });
  return { path, labelX, labelY };
}
