import { rulesOf } from "@/documents/rules";
import type { CanvasHandle } from "./canvasHandle";
import type { DesignerStore } from "./store/designerStore";

export function deleteSelected(store: DesignerStore): void {
  const { selection, perform } = store.getState();
  if (selection.nodes.size + selection.edges.size === 0) return;
  perform({ kind: "delete", nodeIds: [...selection.nodes], edgeIds: [...selection.edges] });
}

/** The selection as JSON for the clipboard; empty when there is nothing to copy. */
export function copySelected(store: DesignerStore): string {
  const { history, selection } = store.getState();
  return rulesOf(history.present).copy(history.present, selection.nodes);
}

/** Doubles the selection, with what connects it. */
export function duplicateSelected(store: DesignerStore, canvas: CanvasHandle | null): void {
  const text = copySelected(store);
  if (text) canvas?.paste(text);
}
