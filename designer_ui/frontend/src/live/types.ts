/** What the server tells about a run, as its API describes it, and what the browser makes of it. */
import type * as schema from "@/api/types";

export type RunStatus = schema.RunHead["status"];
export type NodeStatus = schema.NodeView["status"];
export type ErrorView = Readonly<schema.ErrorView>;
export type ProgressView = Readonly<schema.ProgressView>;
export type RunHead = Readonly<schema.RunHead>;

/** For whom or what a node waits. */
export type WaitingView = Readonly<Omit<schema.WaitingView, "for">> & {
  readonly for: readonly string[];
};

/** One visit of one node. */
export type NodeView = Readonly<Omit<schema.NodeView, "ports" | "waiting">> & {
  readonly ports: readonly string[];
  readonly waiting: WaitingView | null;
};

/** A run as the browser follows it: its head and every visit of every node, by `visitKey`. */
export interface RunView extends RunHead {
  readonly nodes: Readonly<Record<string, NodeView>>;
}

/** One fact of the journal. `node_id` is null for facts about the run as a whole. */
export type RunEvent = Readonly<Omit<schema.Event, "type" | "data">> & {
  /** One of those that the API lists, or one that a newer server tells. */
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
};

/** What following a run starts from. */
export type RunSnapshot = RunHead & { readonly nodes: readonly NodeView[] };

export interface SnapshotFrame {
  readonly type: "snapshot";
  readonly seq: number;
  readonly run: RunSnapshot;
}

export interface EventsFrame {
  readonly type: "events";
  readonly from: number;
  readonly seq: number;
  readonly run: Partial<RunHead>;
  readonly events: readonly RunEvent[];
}

export type RunFrame = SnapshotFrame | EventsFrame | schema.PingFrame;

export type MeFrame = schema.MeFrame | schema.RunsFrame | schema.TasksFrame | schema.PingFrame;

const CLOSED: ReadonlySet<RunStatus> = new Set(["succeeded", "failed", "cancelled", "compensated"]);
const ACTIVE: ReadonlySet<NodeStatus> = new Set([
  "queued",
  "held",
  "running",
  "waiting",
  "retrying",
  "needs_attention",
]);

/** True when nothing can happen in the run any more. */
export function isClosed(status: RunStatus): boolean {
  return CLOSED.has(status);
}

/** True while the visit is under way. */
export function isActive(status: NodeStatus): boolean {
  return ACTIVE.has(status);
}

export function visitKey(nodeId: string, visit: number): string {
  return `${nodeId}#${visit}`;
}
