import type { CanvasInstance } from "@/canvas/FlowCanvas";
import type { DesignerStore } from "../store/designerStore";
import { addNode } from "./actions";
import { visibleCentre } from "./viewport";

/** Adds an empty note in sight and opens it, ready to be written. */
export function addNote(
  store: DesignerStore,
  instance: CanvasInstance | null,
  region: HTMLElement | null,
): void {
  const at = visibleCentre(instance, region);
  addNode(store, "note", { source: null, port: null, at, edgeId: null });
  store.setState({ isInspectorOpen: true });
}
