import type { Box } from "./geometry";

export type Direction = "left" | "right" | "up" | "down";

/** Where an arrow key leads. */
export const arrowDirections: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

export interface PlacedNode extends Box {
  id: string;
}

const vectors: Record<Direction, [number, number]> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
};

/** The nearest node in a direction: what lies straight ahead beats what is only near. */
export function findNeighbour(
  nodes: readonly PlacedNode[],
  fromId: string,
  direction: Direction,
): string | null {
  const from = nodes.find((node) => node.id === fromId);
  if (!from) return null;
  const [dx, dy] = vectors[direction];
  let best: { id: string; cost: number } | null = null;
  for (const node of nodes) {
    if (node.id === fromId) continue;
    const x = node.x + node.width / 2 - from.x - from.width / 2;
    const y = node.y + node.height / 2 - from.y - from.height / 2;
    const ahead = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (ahead <= 1 || aside > ahead * 3) continue;
    const cost = ahead + aside * 2;
    if (!best || cost < best.cost) best = { id: node.id, cost };
  }
  return best?.id ?? null;
}
