import { canonicalText } from "@/documents/compare";
import type { GraphDocument, WorkflowNode } from "./types";

/** What leaves each node, as one comparable text. */
function outgoingOf(document: GraphDocument): Map<string, string> {
  const bySource = new Map<string, string[]>();
  for (const { id: _id, ...edge } of document.edges) {
    const texts = bySource.get(edge.source);
    if (texts) texts.push(canonicalText(edge));
    else bySource.set(edge.source, [canonicalText(edge)]);
  }
  return new Map([...bySource].map(([id, texts]) => [id, texts.sort().join()]));
}

/** Ids of the nodes that are new or differ from those of another document; layout does not count. */
export function findChangedNodes(
  document: GraphDocument,
  other: GraphDocument,
): ReadonlySet<string> {
  const before = new Map<string, WorkflowNode>(other.nodes.map((node) => [node.id, node]));
  const now = outgoingOf(document);
  const then = outgoingOf(other);
  const changed = new Set<string>();
  for (const node of document.nodes) {
    const old = before.get(node.id);
    const isSame =
      old !== undefined &&
      (old === node || canonicalText(old) === canonicalText(node)) &&
      (now.get(node.id) ?? "") === (then.get(node.id) ?? "");
    if (!isSame) changed.add(node.id);
  }
  return changed;
}
