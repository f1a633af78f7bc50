import type { WorkflowDocument } from "@/documents/types";
import { type Box, GAP_X, HEADER_HEIGHT, placePorts, type Size, sizeOf } from "./geometry";
import { portsOf } from "./ports";
import type { Catalog, Edge, GraphDocument, Position, WorkflowNode } from "./types";

/** The document as the graph that it is; anything else here is a mistake of the caller. */
export function asGraph(document: WorkflowDocument): GraphDocument {
  if (document.kind !== "graph") throw new Error(`A graph was expected, not a ${document.kind}.`);
  return document;
}

export function getNode(document: GraphDocument, id: string): WorkflowNode | undefined {
  return document.nodes.find((node) => node.id === id);
}

export function positionOf(document: GraphDocument, id: string): Position {
  return document.layout.nodes?.[id] ?? { x: 0, y: 0 };
}

export function boxesOf(document: GraphDocument, catalog: Catalog): Box[] {
  return document.nodes.map((node) => ({
    ...positionOf(document, node.id),
    ...sizeOf(node.type, portsOf(catalog, node)),
  }));
}

/** A node of a type as the palette gives it, not yet in a document. */
export function makeNode(catalog: Catalog, type: string, id: string): WorkflowNode {
  const spec = catalog.get(type);
  return {
    id,
    type,
    title: spec?.title ?? type,
    config: structuredClone(spec?.default_config ?? {}),
    retry: null,
    timeout_seconds: null,
    on_error: "fail",
    join: { mode: "active", count: null, rest: "absorb" },
    cancels: [],
    exclusive: "",
    only_while: null,
    memo: null,
  };
}

export const makeEdge = (id: string, source: string, port: string, target: string): Edge => ({
  id,
  source,
  source_port: port,
  target,
  label: "",
  loop: false,
  max_iterations: 25,
});

export const isPortUsed = (document: GraphDocument, node: string, port: string): boolean =>
  document.edges.some((edge) => edge.source === node && edge.source_port === port);

/** Where the successor of a port would like to stand: right of it, level with it. */
export function wishBehind(
  document: GraphDocument,
  catalog: Catalog,
  nodeId: string,
  portId: string,
): Position {
  const node = getNode(document, nodeId);
  const at = positionOf(document, nodeId);
  if (!node) return at;
  const ports = portsOf(catalog, node);
  const place = placePorts(node.type, ports).find((port) => port.id === portId);
  const size: Size = sizeOf(node.type, ports);
  if (place?.side === "bottom") {
    return { x: at.x + size.width + GAP_X, y: at.y + size.height + 40 };
  }
  const y = at.y + (place?.y ?? HEADER_HEIGHT / 2) - HEADER_HEIGHT / 2;
  return { x: at.x + size.width + GAP_X, y };
}

/** Whether `to` can be reached from `from` along edges. */
export function isReachable(edges: readonly Edge[], from: string, to: string): boolean {
  const next = new Map<string, string[]>();
  for (const edge of edges) next.set(edge.source, [...(next.get(edge.source) ?? []), edge.target]);
  const seen = new Set<string>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(next.get(id) ?? []));
  }
  return false;
}

/** Ids of everything that runs before the node, nearest first; loop edges do not count. */
export function ancestorsOf(document: GraphDocument, nodeId: string): string[] {
  const found: string[] = [];
  let front = [nodeId];
  while (front.length > 0) {
    const sources = document.edges
      .filter((edge) => !edge.loop && front.includes(edge.target))
      .map((edge) => edge.source);
    front = [...new Set(sources)].filter((id) => id !== nodeId && !found.includes(id));
    found.push(...front);
  }
  return found;
}
