import type { CanvasInstance } from "@/canvas/FlowCanvas";
import { type Box, NODE_WIDTH } from "@/graph/geometry";
import type { Position } from "@/graph/types";

/** The middle of what can be seen, where a new node does not surprise. */
export function visibleCentre(
  instance: CanvasInstance | null,
  region: HTMLElement | null,
): Position {
  if (!instance || !region) return { x: 0, y: 0 };
  const box = region.getBoundingClientRect();
  const centre = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  const at = instance.screenToFlowPosition(centre);
  return { x: at.x - NODE_WIDTH / 2, y: at.y };
}

const MARGIN = 24;

/** Pans as little as needed for the box, with room around it, to be seen. `covered` is hidden at the right. */
export function reveal(
  instance: Pick<CanvasInstance, "getViewport" | "setViewport">,
  region: HTMLElement,
  box: Box,
  room: { right?: number; bottom?: number } = {},
): void {
  const { x, y, zoom } = instance.getViewport();
  const { clientWidth, clientHeight } = region;
  const left = box.x * zoom + x;
  const top = box.y * zoom + y;
  const right = left + box.width * zoom + (room.right ?? 0);
  const bottom = top + box.height * zoom + (room.bottom ?? 0);
  let dx = 0;
  let dy = 0;
  if (right > clientWidth - MARGIN) dx = clientWidth - MARGIN - right;
  if (left + dx < MARGIN) dx = MARGIN - left;
  if (bottom > clientHeight - MARGIN) dy = clientHeight - MARGIN - bottom;
  if (top + dy < MARGIN) dy = MARGIN - top;
  if (dx !== 0 || dy !== 0) void instance.setViewport({ x: x + dx, y: y + dy, zoom });
}

/**
 * Gives the keyboard to a node's card once it is drawn, and until then to the canvas: a fast typist's
 * next key must not get lost, nor must a search opened meanwhile lose the keyboard.
 */
export function focusNode(region: HTMLElement | null, nodeId: string): void {
  region?.focus({ preventScroll: true });
  requestAnimationFrame(() => {
    if (document.activeElement !== region) return;
    region
      ?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(nodeId)}"]`)
      ?.focus({ preventScroll: true });
  });
}
