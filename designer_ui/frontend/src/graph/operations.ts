import {
  count,
  describeShared,
  mergeKeyOfShared,
  type SharedOperation,
} from "@/documents/operations";
import { asGraph } from "./document";
import { renameInValue } from "./expressions";
import { followPolicies } from "./policies";
import type { Edge, GraphDocument, Position, WorkflowNode } from "./types";

/**
 * Everything that an edit can do to a graph. Operations are data: they serve undo and redo,
 * autosave and tests alike, and know nothing of the page.
 */
export type GraphOperation =
  | SharedOperation
  | { kind: "add"; nodes: WorkflowNode[]; edges: Edge[]; positions: Record<string, Position> }
  | { kind: "move"; positions: Record<string, Position> }
  | { kind: "tidy"; positions: Record<string, Position> }
  | { kind: "connect"; edge: Edge }
  | { kind: "edit-edge"; edgeId: string; patch: Partial<Omit<Edge, "id">> }
  | { kind: "insert"; edgeId: string; node: WorkflowNode; position: Position; edges: Edge[] };

function withPositions(
  document: GraphDocument,
  positions: Record<string, Position>,
): GraphDocument {
  return {
    ...document,
    layout: { ...document.layout, nodes: { ...document.layout.nodes, ...positions } },
  };
}

function deleteParts(
  document: GraphDocument,
  nodeIds: readonly string[],
  edgeIds: readonly string[],
): GraphDocument {
  const gone = new Set(nodeIds);
  const goneEdges = new Set(edgeIds);
  const positions = Object.entries(document.layout.nodes ?? {}).filter(([id]) => !gone.has(id));
  return {
    ...document,
    nodes: document.nodes
      .filter((node) => !gone.has(node.id))
      .map((node) => followPolicies(node, (id) => (gone.has(id) ? null : id))),
    edges: document.edges.filter(
      (edge) => !goneEdges.has(edge.id) && !gone.has(edge.source) && !gone.has(edge.target),
    ),
    layout: { ...document.layout, nodes: Object.fromEntries(positions) },
  };
}

function editNode(
  document: GraphDocument,
  operation: Extract<GraphOperation, { kind: "edit-node" }>,
): GraphDocument {
  const { nodeId, patch, renamedPorts = {}, removedPorts = [] } = operation;
  const hasPortChange = Object.keys(renamedPorts).length > 0 || removedPorts.length > 0;
  const edges = hasPortChange
    ? document.edges
        .filter((edge) => edge.source !== nodeId || !removedPorts.includes(edge.source_port))
        .map((edge) => {
          const renamed = edge.source === nodeId ? renamedPorts[edge.source_port] : undefined;
          return renamed ? { ...edge, source_port: renamed } : edge;
        })
    : document.edges;
  const nodes = document.nodes.map((node) => (node.id === nodeId ? { ...node, ...patch } : node));
  return { ...document, nodes, edges };
}

/** The node's id changes everywhere: edges, policies, layout, `nodes.<id>` in expressions. */
function renameNode(document: GraphDocument, nodeId: string, newId: string): GraphDocument {
  const follow = (id: string) => (id === nodeId ? newId : id);
  return {
    ...document,
    nodes: document.nodes.map((node) => ({
      ...followPolicies(node, follow),
      id: follow(node.id),
      config: renameInValue(node.config, nodeId, newId) as WorkflowNode["config"],
    })),
    edges: document.edges.map((edge) => ({
      ...edge,
      source: follow(edge.source),
      target: follow(edge.target),
    })),
    layout: {
      ...document.layout,
      nodes: Object.fromEntries(
        Object.entries(document.layout.nodes ?? {}).map(([id, place]) => [follow(id), place]),
      ),
    },
  };
}

/** The document after the operation. The given one is not touched, and unchanged parts are shared. */
export function applyOperation(document: GraphDocument, operation: GraphOperation): GraphDocument {
  switch (operation.kind) {
    case "add":
      return withPositions(
        {
          ...document,
          nodes: [...document.nodes, ...operation.nodes],
          edges: [...document.edges, ...operation.edges],
        },
        operation.positions,
      );
    case "delete":
      return deleteParts(document, operation.nodeIds, operation.edgeIds);
    case "move":
    case "tidy":
      return withPositions(document, operation.positions);
    case "connect":
      return { ...document, edges: [...document.edges, operation.edge] };
    case "edit-edge":
      return {
        ...document,
        edges: document.edges.map((edge) =>
          edge.id === operation.edgeId ? { ...edge, ...operation.patch } : edge,
        ),
      };
    case "edit-node":
      return editNode(document, operation);
    case "rename-node":
      return renameNode(document, operation.nodeId, operation.newId);
    case "insert":
      return withPositions(
        {
          ...document,
          nodes: [...document.nodes, operation.node],
          edges: [
            ...document.edges.filter((edge) => edge.id !== operation.edgeId),
            ...operation.edges,
          ],
        },
        { [operation.node.id]: operation.position },
      );
    case "edit-document":
      return { ...document, ...operation.patch };
    case "replace":
      return asGraph(operation.document);
  }
}

/** What the operation did, in words for the undo button: "move 2 nodes". */
export function describeOperation(operation: GraphOperation): string {
  switch (operation.kind) {
    case "add":
      return `add ${count(operation.nodes.length, "node")}`;
    case "move":
      return `move ${count(Object.keys(operation.positions).length, "node")}`;
    case "tidy":
      return "tidy up";
    case "connect":
      return "connect";
    case "edit-edge":
      return "change a connection";
    case "insert":
      return "insert a node";
    default:
      return describeShared(operation, "node");
  }
}

/** See `Edit.mergeKey`. */
export function mergeKeyOf(operation: GraphOperation): string | null {
  switch (operation.kind) {
    case "edit-edge":
      return `edit-edge ${operation.edgeId}`;
    case "move":
      return `move ${Object.keys(operation.positions).sort().join()}`;
    case "add":
    case "tidy":
    case "connect":
    case "insert":
      return null;
    default:
      return mergeKeyOfShared(operation);
  }
}
