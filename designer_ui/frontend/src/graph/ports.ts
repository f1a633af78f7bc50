import { type Catalog, isObject, type NodePort, type WorkflowNode } from "./types";

const unknownTypePorts: NodePort[] = [{ id: "out", label: "", kind: "normal" }];

/** All outputs of a node: those that its config defines first, then its type's own. */
export function portsOf(catalog: Catalog, node: Pick<WorkflowNode, "type" | "config">): NodePort[] {
  const type = catalog.get(node.type);
  if (!type) return unknownTypePorts;
  const rule = type.ports_from_config;
  if (!rule) return type.ports;
  // A config without the list means the type's default list.
  const entries = node.config[rule.field] ?? type.default_config[rule.field];
  const own: NodePort[] = [];
  for (const entry of Array.isArray(entries) ? entries : []) {
    if (!isObject(entry)) continue;
    const id = entry[rule.id_key];
    const label = entry[rule.label_key];
    if (typeof id !== "string" || !id || own.some((port) => port.id === id)) continue;
    own.push({ id, label: typeof label === "string" && label ? label : id, kind: "normal" });
  }
  return [...own, ...type.ports];
}

/** Whether edges may end at nodes of this type. */
export const hasInput = (type: string): boolean => type !== "start" && type !== "note";

/** What a node is called by people: its title, else its type's. */
export function titleOf(catalog: Catalog, node: Pick<WorkflowNode, "title" | "type">): string {
  return node.title || catalog.get(node.type)?.title || node.type;
}
