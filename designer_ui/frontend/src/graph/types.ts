import type {
  Edge,
  GraphDocument,
  NodePort,
  NodeType,
  Position,
  ProblemItem,
  Node as WorkflowNode,
} from "@/api/types";

export type { Edge, GraphDocument, NodePort, NodeType, Position, ProblemItem, WorkflowNode };

export type JsonObject = Record<string, unknown>;

/** Node types by name. */
export type Catalog = ReadonlyMap<string, NodeType>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const emptyDocument: GraphDocument = {
  format: 1,
  kind: "graph",
  description: "",
  vars: {},
  settings: { timeout_seconds: null, retry: null, on_failure: "stop" },
  nodes: [],
  edges: [],
  layout: { nodes: {} },
};
