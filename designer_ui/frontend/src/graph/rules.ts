import { count } from "@/documents/operations";
import type { DocumentRules } from "@/documents/rules";
import { findChangedNodes } from "./changes";
import { copyNodes } from "./clipboard";
import { ancestorsOf, getNode } from "./document";
import { applyOperation, describeOperation, type GraphOperation, mergeKeyOf } from "./operations";
import { type Catalog, type GraphDocument, isObject, type JsonObject } from "./types";

/** The schema that the first start node asks for. */
function inputSchemaOf(document: GraphDocument): JsonObject {
  const start = document.nodes.find((node) => node.type === "start");
  const schema = start?.config.input_schema;
  return isObject(schema) ? schema : {};
}

function isBehindCatch(document: GraphDocument, catalog: Catalog, nodeId: string): boolean {
  return document.edges.some((edge) => {
    if (edge.target !== nodeId) return false;
    const source = getNode(document, edge.source);
    const port = source && catalog.get(source.type)?.ports.find((p) => p.id === edge.source_port);
    return port?.kind === "error" || port?.kind === "timeout";
  });
}

/** Graphs: nodes and edges, as drawn. */
export const graphRules: DocumentRules<GraphDocument, GraphOperation> = {
  catalogOf: (types) => types,
  isOffered: () => true,
  isDocument: (value) =>
    value.kind === "graph" && Array.isArray(value.nodes) && Array.isArray(value.edges),
  apply: applyOperation,
  describe: describeOperation,
  mergeKeyOf,
  partsOf: (document) => document.nodes,
  hasEdge: (document, edgeId) => document.edges.some((edge) => edge.id === edgeId),
  changedParts: findChangedNodes,
  partOfProblem: (document, problem) =>
    problem.node_id ??
    document.edges.find((edge) => edge.id === problem.edge_id)?.source ??
    problem.related[0] ??
    null,
  inputSchemaOf,
  partsBefore: (document, nodeId) =>
    ancestorsOf(document, nodeId).flatMap((id) => getNode(document, id) ?? []),
  seesError: isBehindCatch,
  sizeInWords: (document) =>
    `${count(document.nodes.length, "node")}, ${count(document.edges.length, "connection")}`,
  copy: copyNodes,
};
