import type { KeyboardEvent } from "react";
import { arrowDirections, type Direction } from "@/graph/navigate";
import type { DesignerStore } from "../store/designerStore";

interface KeysContext {
  store: DesignerStore;
  isReadOnly: boolean;
  open: (id: string) => void;
  /** Gives the keyboard to a step once it is drawn. */
  focus: (id: string) => void;
  goTo: (direction: Direction) => void;
  /** Moves what is selected one place further. */
  move: (direction: Direction) => void;
  /** Opens the search for the next step; false when there is nothing to add to. */
  askForStep: () => boolean;
}

/** The step that has the keyboard; null on the bare canvas; undefined when the key is for something else. */
function stepAt({ target, currentTarget }: KeyboardEvent): string | null | undefined {
  if (!(target instanceof HTMLElement)) return undefined;
  if (target === currentTarget || target.dataset.list !== undefined) return null;
  return target.classList.contains("fd-step") ? target.dataset.nodeId : undefined;
}

/** What the keys do while the list or one of its steps has the keyboard. */
export function handleListKey(event: KeyboardEvent, context: KeysContext): void {
  const { store, isReadOnly, open, focus, goTo, move, askForStep } = context;
  const step = stepAt(event);
  if (step === undefined || event.ctrlKey || event.metaKey) return;
  const { selection, selectNodes } = store.getState();
  const selectFocused = () => {
    if (step !== null && !selection.nodes.has(step)) selectNodes([step]);
  };
  const direction = arrowDirections[event.key];
  if (direction) {
    event.preventDefault();
    selectFocused();
    if (event.altKey && isReadOnly) return;
    if (event.altKey) move(direction);
    else goTo(direction);
    const [selected] = store.getState().selection.nodes;
    if (selected) focus(selected);
  } else if (event.key === "Enter" || event.key === " ") {
    const id = step ?? [...selection.nodes][0];
    if (!id) return;
    event.preventDefault();
    if (event.key === "Enter") open(id);
    else selectNodes([id]);
  } else if (event.key === "Tab" && !event.shiftKey && !isReadOnly) {
    selectFocused();
    if (askForStep()) event.preventDefault();
  }
}
