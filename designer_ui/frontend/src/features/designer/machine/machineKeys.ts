import type { KeyboardEvent } from "react";
import { arrowDirections, type Direction } from "@/graph/navigate";
import type { DesignerStore } from "../store/designerStore";

interface KeysContext {
  store: DesignerStore;
  region: HTMLElement | null;
  isReadOnly: boolean;
  open: (id: string) => void;
  goTo: (direction: Direction) => void;
  nudge: (direction: Direction) => void;
  /** Opens the search for what comes next; false when there is nothing to add to. */
  ask: () => boolean;
}

/** The part that has the keyboard; null on the bare canvas; undefined when the key is for something else. */
function partAt(target: EventTarget, region: HTMLElement | null): string | null | undefined {
  if (!(target instanceof HTMLElement)) return undefined;
  if (target === region) return null;
  if (target.classList.contains("react-flow__node")) return target.dataset.id;
  return target.classList.contains("fd-part") ? target.dataset.nodeId : undefined;
}

/** What the keys do while the canvas or one of its parts has the keyboard. */
export function handleMachineKey(event: KeyboardEvent, context: KeysContext): void {
  const { store, region, isReadOnly, open, goTo, nudge, ask } = context;
  const part = partAt(event.target, region);
  if (part === undefined || event.ctrlKey || event.metaKey) return;
  const { selection, selectNodes } = store.getState();
  const selectFocused = () => {
    if (part !== null && !selection.nodes.has(part)) selectNodes([part]);
  };
  const direction = arrowDirections[event.key];
  if (direction) {
    event.preventDefault();
    selectFocused();
    if (!event.altKey) goTo(direction);
    else if (!isReadOnly) nudge(direction);
  } else if (event.key === "Enter" || event.key === " ") {
    const id = part ?? [...selection.nodes][0];
    if (!id) return;
    event.preventDefault();
    if (event.key === "Enter") open(id);
    else selectNodes([id]);
  } else if (event.key === "Tab" && !event.shiftKey && !isReadOnly) {
    selectFocused();
    if (ask()) event.preventDefault();
  }
}
