import {
  type PointerEvent as ReactPointerEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from "react";
import { type DrawnGap, type ListStep, nearestGap, type Place } from "@/canvas/list/model";
import type { Point } from "../canvasHandle";

const THRESHOLD = 5;
const none: ReadonlySet<string> = new Set();

/** The gap that a pointer means, leaving out those within steps that are being dragged. */
export function gapAt(
  region: HTMLElement | null,
  { x, y }: Point,
  dragged: ReadonlySet<string> = none,
): Place | null {
  const box = region?.getBoundingClientRect();
  if (!region || !box || x < box.left || x > box.right || y < box.top || y > box.bottom)
    return null;
  const gaps: DrawnGap[] = [];
  for (const element of region.querySelectorAll<HTMLElement>("[data-gap]")) {
    const isInDragged = [...dragged].some((id) =>
      element.closest(`[data-step="${CSS.escape(id)}"]`),
    );
    if (isInDragged) continue;
    const gap = element.getBoundingClientRect();
    gaps.push({
      place: JSON.parse(element.dataset.gap ?? "") as Place,
      x: gap.left + gap.width / 2,
      y: gap.top + Math.min(gap.height, 44) / 2,
    });
  }
  return nearestGap(gaps, x, y);
}

export interface StepDrag {
  step: ListStep;
  at: Point;
}

export interface DragRules {
  /** What goes along when this step is dragged; empty when it cannot be. */
  movedWith: (step: ListStep) => ReadonlySet<string>;
  onDrop: (moved: ReadonlySet<string>, place: Place) => void;
}

/** Dragging steps to another place, with pointer events, so that touch and pen work as the mouse does. */
export function useStepDrag(region: RefObject<HTMLElement | null>, rules: DragRules) {
  const [drag, setDrag] = useState<StepDrag | null>(null);
  const [dragged, setDragged] = useState(none);
  const [landing, setLanding] = useState<Place | null>(null);
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => () => stop.current?.(), []);

  const start = (event: ReactPointerEvent, step: ListStep) => {
    const moved = rules.movedWith(step);
    if (event.button !== 0 || event.shiftKey || event.ctrlKey || moved.size === 0) return;
    const from = { x: event.clientX, y: event.clientY };
    let isDragging = false;
    let goal: Place | null = null;
    const onMove = (move: PointerEvent) => {
      const at = { x: move.clientX, y: move.clientY };
      if (!isDragging && Math.hypot(at.x - from.x, at.y - from.y) <= THRESHOLD) return;
      if (!isDragging) setDragged(moved);
      isDragging = true;
      goal = gapAt(region.current, at, moved);
      setDrag({ step, at });
      setLanding(goal);
    };
    const finish = () => {
      stop.current?.();
      setDrag(null);
      setDragged(none);
      setLanding(null);
    };
    const onUp = () => {
      finish();
      if (isDragging && goal) rules.onDrop(moved, goal);
    };
    const onKey = (key: KeyboardEvent) => {
      if (key.key !== "Escape" || !isDragging) return;
      key.preventDefault();
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
  return { drag, dragged, landing, setLanding, start };
}
