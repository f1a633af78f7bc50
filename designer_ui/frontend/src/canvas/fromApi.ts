import type { Canvas } from "@/api/types";
import type { CanvasNode } from "./types";

const builtInTitles: Record<string, string> = {
  start: "Start",
  end: "End",
  gate: "Gate",
  human: "Human decision",
  wait: "Wait",
  subworkflow: "Subworkflow",
  http: "HTTP request",
  map: "Map",
  transform: "Transform",
  log: "Log",
  note: "Note",
  conditional: "Condition",
  parallel: "In parallel",
  "state.atomic": "State",
  "state.compound": "Compound state",
  "state.parallel": "Parallel state",
  "state.final": "Final state",
  "state.history": "History",
  assign: "Set variables",
  raise: "Raise an event",
  send: "Send an event",
  cancel: "Cancel a sent event",
};

/** What a node's type is called where the palette is not at hand: "Task check_policy". */
export function typeTitleOf(type: string): string {
  return builtInTitles[type] ?? `Task ${type.replace(/^task:/, "")}`;
}

/** The nodes of a version or a run as the canvas draws them. */
export function canvasNodesOf(canvas: Canvas): CanvasNode[] {
  return canvas.nodes.map((node) => ({
    ...node,
    typeTitle: typeTitleOf(node.type),
    position: canvas.layout.nodes?.[node.id] ?? { x: 0, y: 0 },
  }));
}
