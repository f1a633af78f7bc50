import type { Catalog, GraphDocument, NodePort, NodeType, WorkflowNode } from "./types";
import { emptyDocument } from "./types";

const out: NodePort = { id: "out", label: "", kind: "normal" };
const error: NodePort = { id: "error", label: "On error", kind: "error" };

function type(name: string, ports: NodePort[], extra: Partial<NodeType> = {}): NodeType {
  return {
    name,
    title: name,
    description: "",
    family: "flow",
    category: "",
    icon: "box",
    execution: "engine",
    config_schema: {},
    output_schema: {},
    ports,
    ports_from_config: null,
    default_config: {},
    literal_fields: [],
    ...extra,
  };
}

/** A small palette for tests. */
export const testCatalog: Catalog = new Map(
  [
    type("start", [out]),
    type("end", []),
    type("task", [out, error], {
      output_schema: { type: "object", properties: { total: { type: "number" } } },
    }),
    type("gate", [{ id: "otherwise", label: "Otherwise", kind: "normal" }], {
      ports_from_config: { field: "branches", id_key: "id", label_key: "label" },
    }),
    type("note", [], { execution: null }),
  ].map((each) => [each.name, each]),
);

export function node(id: string, typeName = "task", config = {}): WorkflowNode {
  return {
    id,
    type: typeName,
    title: id,
    config,
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

/** A document from nodes and edges written as `a>b` or `a.port>b`. */
export function graph(nodes: WorkflowNode[], edges: string[] = []): GraphDocument {
  return {
    ...emptyDocument,
    nodes,
    edges: edges.map((text) => {
      const [left = "", target = ""] = text.split(">");
      const [source = "", port = "out"] = left.split(".");
      return {
        id: text,
        source,
        source_port: port,
        target,
        label: "",
        loop: false,
        max_iterations: 25,
      };
    }),
    layout: { nodes: Object.fromEntries(nodes.map((each, i) => [each.id, { x: i * 340, y: 0 }])) },
  };
}
