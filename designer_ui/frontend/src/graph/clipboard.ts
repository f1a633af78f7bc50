import { positionOf } from "./document";
import { renameInValue } from "./expressions";
import { identifierFrom, isNodeId, newEdgeId, uniqueName } from "./ids";
import type { GraphOperation } from "./operations";
import { followPolicies } from "./policies";
import { type Edge, type GraphDocument, isObject, type Position, type WorkflowNode } from "./types";

const MARK = "flowdeck/nodes";

interface Clip {
  mark: typeof MARK;
  nodes: WorkflowNode[];
  edges: Edge[];
  positions: Record<string, Position>;
}

/** The chosen nodes with the edges between them as JSON, for the clipboard. Empty without nodes. */
export function copyNodes(document: GraphDocument, ids: ReadonlySet<string>): string {
  const nodes = document.nodes.filter((node) => ids.has(node.id));
  if (nodes.length === 0) return "";
  const clip: Clip = {
    mark: MARK,
    nodes,
    edges: document.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target)),
    positions: Object.fromEntries(nodes.map((node) => [node.id, positionOf(document, node.id)])),
  };
  return JSON.stringify(clip, null, 2);
}

function isClipNode(value: unknown): value is WorkflowNode {
  return (
    isObject(value) &&
    typeof value.id === "string" &&
    isNodeId(value.id) &&
    typeof value.type === "string" &&
    isObject(value.config)
  );
}

function isClipEdge(value: unknown): value is Edge {
  return (
    isObject(value) &&
    typeof value.id === "string" &&
    typeof value.source === "string" &&
    typeof value.source_port === "string" &&
    typeof value.target === "string"
  );
}

/** What stands in the clipboard: copied nodes, or a whole document; null for anything else. */
export function readClip(text: string): Clip | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || !Array.isArray(value.nodes) || !Array.isArray(value.edges)) return null;
  if (value.mark !== MARK && value.kind !== "graph") return null;
  if (!value.nodes.every(isClipNode) || !value.edges.every(isClipEdge)) return null;
  const layout = isObject(value.layout) ? value.layout.nodes : value.positions;
  const positions = (isObject(layout) ? layout : {}) as Record<string, Position>;
  return { mark: MARK, nodes: value.nodes, edges: value.edges, positions };
}

/** Paste as an operation: fresh ids, edges and expressions follow them, moved to `at` (top left). */
export function planPaste(
  document: GraphDocument,
  clip: Clip,
  at: Position,
): Extract<GraphOperation, { kind: "add" }> {
  const taken = new Set(document.nodes.map((node) => node.id));
  const renamed = new Map<string, string>();
  for (const node of clip.nodes) {
    const base = node.id.replace(/_\d+$/, "");
    const id = taken.has(node.id) ? uniqueName(base || identifierFrom(node.title), taken) : node.id;
    taken.add(id);
    renamed.set(node.id, id);
  }
  // In two passes over names that nothing else has, so that swapped names do not meet.
  const follow = (config: unknown): unknown => {
    let value = config;
    for (const old of renamed.keys()) value = renameInValue(value, old, `__${old}`);
    for (const [old, id] of renamed) value = renameInValue(value, `__${old}`, id);
    return value;
  };
  const places = clip.nodes.map((node) => clip.positions[node.id] ?? { x: 0, y: 0 });
  const left = Math.min(...places.map((place) => place.x));
  const top = Math.min(...places.map((place) => place.y));
  const positions: Record<string, Position> = {};
  const nodes = clip.nodes.map((node, index) => {
    const id = renamed.get(node.id) ?? node.id;
    const place = places[index] ?? { x: 0, y: 0 };
    positions[id] = { x: at.x + place.x - left, y: at.y + place.y - top };
    const named = followPolicies(node, (other) => renamed.get(other) ?? other);
    return { ...named, id, config: follow(node.config) as WorkflowNode["config"] };
  });
  const edgeIds = new Set(document.edges.map((edge) => edge.id));
  const edges = clip.edges.flatMap((edge) => {
    const source = renamed.get(edge.source);
    const target = renamed.get(edge.target);
    if (!source || !target) return [];
    const id = newEdgeId(edgeIds, source, edge.source_port, target);
    edgeIds.add(id);
    return [{ ...edge, id, source, target }];
  });
  return { kind: "add", nodes, edges, positions };
}
