import type { KeyboardEvent, RefObject } from "react";
import { asGraph, boxesOf, positionOf } from "@/graph/document";
import { NUDGE } from "@/graph/geometry";
import { arrowDirections, type Direction, findNeighbour } from "@/graph/navigate";
import type { Position } from "@/graph/types";
import type { DesignerStore } from "../store/designerStore";
import { focusNode } from "./viewport";

interface CanvasKeysContext {
  store: DesignerStore;
  region: RefObject<HTMLElement | null>;
  isReadOnly: boolean;
  open: (nodeId: string) => void;
  /** Opens the search for the next node; false when there is nothing to add to. */
  askForNode: () => boolean;
}

const steps: Record<Direction, Position> = {
  left: { x: -NUDGE, y: 0 },
  right: { x: NUDGE, y: 0 },
  up: { x: 0, y: -NUDGE },
  down: { x: 0, y: NUDGE },
};

function nudge(store: DesignerStore, direction: Direction): void {
  const { selection, history, perform } = store.getState();
  if (selection.nodes.size === 0) return;
  const by = steps[direction];
  const places = [...selection.nodes].map((id) => {
    const at = positionOf(asGraph(history.present), id);
    return [id, { x: at.x + by.x, y: at.y + by.y }] as const;
  });
  perform({ kind: "move", positions: Object.fromEntries(places) });
}

function goTo({ store, region }: CanvasKeysContext, direction: Direction): void {
  const { selection, history, catalog, selectNodes } = store.getState();
  const [current] = selection.nodes;
  const document = asGraph(history.present);
  const boxes = boxesOf(document, catalog);
  const placed = document.nodes.flatMap((node, index) => {
    const box = boxes[index];
    return box ? [{ id: node.id, ...box }] : [];
  });
  const next = current ? findNeighbour(placed, current, direction) : (placed[0]?.id ?? null);
  if (!next) return;
  selectNodes([next]);
  focusNode(region.current, next);
}

/** Whether the key was meant for a node or the bare canvas, not for a button or field on it. */
function isOnCanvas(target: EventTarget, region: HTMLElement | null): target is HTMLElement {
  if (!(target instanceof HTMLElement)) return false;
  return target === region || target.classList.contains("react-flow__node");
}

/** What the keys do while the canvas or one of its nodes has the focus. */
export function handleCanvasKey(event: KeyboardEvent, context: CanvasKeysContext): void {
  const { store, region, isReadOnly, open, askForNode } = context;
  if (!isOnCanvas(event.target, region.current)) return;
  const node = event.target.closest<HTMLElement>(".react-flow__node")?.dataset.id;
  const { selection, selectNodes } = store.getState();
  if (event.ctrlKey || event.metaKey) return;
  const direction = arrowDirections[event.key];
  if (direction) {
    event.preventDefault();
    if (node && !selection.nodes.has(node)) selectNodes([node]);
    if (!event.altKey) goTo(context, direction);
    else if (!isReadOnly) nudge(store, direction);
    return;
  }
  if (event.key === "Enter" || event.key === " ") {
    const [selected] = selection.nodes;
    const id = node ?? selected;
    if (!id) return;
    event.preventDefault();
    if (event.key === "Enter") open(id);
    else selectNodes([id]);
    return;
  }
  if (event.key === "Tab" && !event.shiftKey && !isReadOnly) {
    if (node && !selection.nodes.has(node)) selectNodes([node]);
    if (askForNode()) event.preventDefault();
  }
}
