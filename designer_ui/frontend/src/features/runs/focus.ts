import { isActive, type NodeView } from "@/live/types";

/** The node that a look at a run should begin with: where it is, else what failed, else where it came last. */
export function focusOf(latest: Readonly<Record<string, NodeView>>): string | null {
  const nodes = Object.values(latest).filter((node) => node.status !== "skipped");
  const active = nodes.filter((node) => isActive(node.status));
  const failed = nodes.filter((node) => node.status === "failed" && node.ports.length === 0);
  return newest(active) ?? newest(failed) ?? newest(nodes);
}

function newest(nodes: readonly NodeView[]): string | null {
  const sorted = [...nodes].sort((a, b) => beganAt(a).localeCompare(beganAt(b)));
  return sorted.at(-1)?.node_id ?? null;
}

function beganAt(node: NodeView): string {
  return node.started_at ?? node.queued_at;
}
