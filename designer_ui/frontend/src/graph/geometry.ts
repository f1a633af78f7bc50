import { hasInput } from "./ports";
import type { NodePort, Position } from "./types";

/** Sizes of the drawing, in pixels at zoom 1. The card's styles use the same figures. */
export const NODE_WIDTH = 240;
export const HEADER_HEIGHT = 60;
export const PORT_ROW_HEIGHT = 28;
export const PORTS_PADDING = 8;
export const NOTE_WIDTH = 220;
export const NOTE_HEIGHT = 120;
export const GAP_X = 100;
export const GAP_Y = 44;
/** Arrow keys with Alt move by this much. */
export const NUDGE = 20;

export interface Size {
  width: number;
  height: number;
}

export interface PortPlace extends NodePort {
  side: "right" | "bottom";
  /** Centre, from the node's top left corner. */
  x: number;
  y: number;
}

export const normalPorts = (ports: readonly NodePort[]) =>
  ports.filter((port) => port.kind === "normal");

export function sizeOf(type: string, ports: readonly NodePort[]): Size {
  if (type === "note") return { width: NOTE_WIDTH, height: NOTE_HEIGHT };
  const rows = normalPorts(ports).length;
  const extra = rows > 1 ? rows * PORT_ROW_HEIGHT + PORTS_PADDING : 0;
  return { width: NODE_WIDTH, height: HEADER_HEIGHT + extra };
}

/** Ways on leave at the right, one row each where there are several; errors and timeouts fall out below. */
export function placePorts(type: string, ports: readonly NodePort[]): PortPlace[] {
  const { width, height } = sizeOf(type, ports);
  const ways = normalPorts(ports);
  const catches = ports.filter((port) => port.kind !== "normal");
  return [
    ...ways.map((port, index) => ({
      ...port,
      side: "right" as const,
      x: width,
      y: ways.length > 1 ? HEADER_HEIGHT + PORT_ROW_HEIGHT * (index + 0.5) : HEADER_HEIGHT / 2,
    })),
    ...catches.map((port, index) => ({
      ...port,
      side: "bottom" as const,
      x: width - 36 - 72 * (catches.length - 1 - index),
      y: height,
    })),
  ];
}

/** Where edges arrive, or null for what has no input. */
export const inputPlace = (type: string): Position | null =>
  hasInput(type) ? { x: 0, y: HEADER_HEIGHT / 2 } : null;

export interface Box extends Position, Size {}

const overlaps = (a: Box, b: Box, margin: number): boolean =>
  a.x < b.x + b.width + margin &&
  b.x < a.x + a.width + margin &&
  a.y < b.y + b.height + margin &&
  b.y < a.y + a.height + margin;

/** The free place nearest to the wish: the wish itself, else below it, above it, or further right. */
export function findFreePlace(wish: Position, size: Size, taken: readonly Box[]): Position {
  const isFree = (place: Position) =>
    !taken.some((box) => overlaps({ ...place, ...size }, box, GAP_Y / 2));
  const step = GAP_Y / 2;
  for (let column = 0; column < 40; column += 1) {
    const x = wish.x + column * (NODE_WIDTH + GAP_X);
    for (let row = 0; row < 60; row += 1) {
      const below = { x, y: wish.y + row * step };
      if (isFree(below)) return below;
      const above = { x, y: wish.y - row * step };
      if (row < 20 && isFree(above)) return above;
    }
  }
  return wish;
}
