import type { Canvas } from "@/api/types";

/** What is drawn under an id: a node, or something that a machine does on its way. */
export interface DrawnPart {
  readonly title: string;
  readonly type: string;
  readonly family: string;
  readonly icon: string;
}

export function drawnPart(canvas: Canvas, id: string): DrawnPart | undefined {
  const action = canvas.actions.find((each) => each.id === id);
  return action ? { ...action, family: "code" } : canvas.nodes.find((node) => node.id === id);
}

/** Titles by id, also those of a machine's transitions. */
export function titlesOf(canvas: Canvas): ReadonlyMap<string, string> {
  return new Map([
    ["_guards", "Conditions"],
    ["_data", "Variables"],
    ...canvas.nodes.flatMap(({ ports }) => ports.map(({ id, label }) => [id, label] as const)),
    ...[...canvas.actions, ...canvas.nodes].map(({ id, title }) => [id, title] as const),
  ]);
}
