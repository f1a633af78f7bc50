import type { NodeView, RunView } from "./types";

interface EdgeEnds {
  readonly source: string;
  readonly source_port: string;
}

/** The newest visit of each node. Keeps `before` and its entries where nothing changed. */
export function latestVisits(
  nodes: Readonly<Record<string, NodeView>>,
  before: Readonly<Record<string, NodeView>> = {},
): Readonly<Record<string, NodeView>> {
  const latest: Record<string, NodeView> = {};
  for (const node of Object.values(nodes)) {
    const other = latest[node.node_id];
    if (!other || other.visit < node.visit) {
      latest[node.node_id] = node;
    }
  }
  const ids = Object.keys(latest);
  const isSame =
    ids.length === Object.keys(before).length && ids.every((id) => latest[id] === before[id]);
  return isSame ? before : latest;
}

/** All visits of a node, oldest first. */
export function visitsOf(run: RunView, nodeId: string): readonly NodeView[] {
  return Object.values(run.nodes)
    .filter((node) => node.node_id === nodeId)
    .sort((a, b) => a.visit - b.visit);
}

/** Ids of the edges that data truly crossed: a visit of the source came to an end and left through the port. */
export function takenEdges(
  nodes: Readonly<Record<string, NodeView>>,
  edges: readonly (EdgeEnds & { readonly id: string })[],
): ReadonlySet<string> {
  const left = new Set<string>();
  for (const node of Object.values(nodes)) {
    if (["succeeded", "failed", "compensated"].includes(node.status)) {
      for (const port of node.ports) {
        left.add(`${node.node_id} ${port}`);
      }
    }
  }
  return new Set(
    edges.filter((edge) => left.has(`${edge.source} ${edge.source_port}`)).map((edge) => edge.id),
  );
}

/** What a compiler adds to carry out what was drawn; the other ids with an underscore are undos and the like. */
const ADDED = /^_(start$|end$|split_|result_|tries$|confirms$|data$|guards$|output_)/;

/** Whether the node stands for something that somebody drew. */
export const isDrawn = (nodeId: string): boolean => !ADDED.test(nodeId);

/** Visits in the order in which they began; within a millisecond, in which they became known. */
export function visitsInOrder(run: RunView): readonly NodeView[] {
  return Object.values(run.nodes).sort((a, b) => beganAt(a) - beganAt(b));
}

function beganAt(node: NodeView): number {
  return Date.parse(node.queued_at ?? node.started_at ?? node.finished_at ?? "") || 0;
}
