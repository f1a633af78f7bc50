import { getNode, isReachable, makeEdge } from "./document";
import { newEdgeId } from "./ids";
import { hasInput, portsOf, titleOf } from "./ports";
import type { Catalog, Edge, GraphDocument } from "./types";

export interface Connection {
  source: string;
  port: string;
  target: string;
}

export type ConnectResult =
  | { edge: Edge; reason?: undefined }
  | { edge?: undefined; reason: string };

/** The edge for a connection, or in plain words why it cannot be. */
export function planConnection(
  document: GraphDocument,
  catalog: Catalog,
  { source, port, target }: Connection,
): ConnectResult {
  const from = getNode(document, source);
  const to = getNode(document, target);
  if (!from || !to) return { reason: "One of the two nodes is no longer there." };
  if (!portsOf(catalog, from).some((each) => each.id === port)) {
    return { reason: `“${titleOf(catalog, from)}” has no output “${port}”.` };
  }
  if (!hasInput(to.type)) {
    return { reason: `Nothing can lead into “${titleOf(catalog, to)}”.` };
  }
  const isThere = document.edges.some(
    (edge) => edge.source === source && edge.source_port === port && edge.target === target,
  );
  if (isThere) return { reason: "These two are already connected." };
  const closesCycle = source === target || isReachable(document.edges, target, source);
  const ids = new Set(document.edges.map((edge) => edge.id));
  const edge = makeEdge(newEdgeId(ids, source, port, target), source, port, target);
  return { edge: closesCycle ? { ...edge, loop: true } : edge };
}
