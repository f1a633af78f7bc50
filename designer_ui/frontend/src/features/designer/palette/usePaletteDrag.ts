import { type PointerEvent as ReactPointerEvent, useEffect, useRef, useState } from "react";
import type { NodeType } from "@/graph/types";
import type { CanvasHandle } from "../canvasHandle";

interface DragPreview {
  type: NodeType;
  x: number;
  y: number;
}

const THRESHOLD = 4;

/** Dragging from the palette with pointer events, so that touch and pen work as the mouse does. */
export function usePaletteDrag(canvas: CanvasHandle | null) {
  const [preview, setPreview] = useState<DragPreview | null>(null);
  const stop = useRef<(() => void) | null>(null);
  const droppedAt = useRef(0);
  useEffect(() => () => stop.current?.(), []);

  const startDrag = (event: ReactPointerEvent, type: NodeType) => {
    if (event.button !== 0) return;
    const from = { x: event.clientX, y: event.clientY };
    let isDragging = false;
    const onMove = (move: PointerEvent) => {
      const distance = Math.hypot(move.clientX - from.x, move.clientY - from.y);
      isDragging ||= distance > THRESHOLD;
      if (!isDragging) return;
      const at = { x: move.clientX, y: move.clientY };
      setPreview({ type, ...at });
      canvas?.dragOver(type.name, at);
    };
    const finish = () => {
      stop.current?.();
      setPreview(null);
      canvas?.dragOver(type.name, null);
    };
    const onUp = (up: PointerEvent) => {
      finish();
      if (!isDragging) return;
      droppedAt.current = Date.now();
      canvas?.drop(type.name, { x: up.clientX, y: up.clientY });
    };
    const onKey = (key: KeyboardEvent) => {
      if (key.key !== "Escape") return;
      key.preventDefault();
      droppedAt.current = Date.now();
      finish();
    };
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", onUp);
    window.addEventListener("pointercancel", finish);
    window.addEventListener("keydown", onKey, true);
    stop.current = () => {
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", onUp);
      window.removeEventListener("pointercancel", finish);
      window.removeEventListener("keydown", onKey, true);
      stop.current = null;
    };
  };

  /** A drag that ends on its own entry must not count as a click. */
  const isJustDropped = () => Date.now() - droppedAt.current < 250;
  return { preview, startDrag, isJustDropped };
}
