import {
  type ErrorView,
  type NodeStatus,
  type NodeView,
  type ProgressView,
  type RunEvent,
  type RunHead,
  type RunSnapshot,
  type RunStatus,
  type RunView,
  visitKey,
  type WaitingView,
} from "./types";

/**
 * The browser's half of the law of the journal:
 * `snapshot(n)` folded with the events after `n` equals `snapshot(now)`.
 *
 * Folding is pure. An event that is already known (`seq <= run.seq`) changes nothing.
 */

/* A visit keeps its first start over all attempts. Nodes that the engine runs itself tell of their end only. */
type NodeFold = (node: NodeView, event: RunEvent) => NodeView;
type HeadFold = (event: RunEvent) => Partial<RunHead>;

const RUN_FOLDS: Readonly<Record<string, HeadFold>> = {
  "run.started": (event) => ({ status: "running", started_at: event.at }),
  "run.running": () => ({ status: "running" }),
  "run.waiting": () => ({ status: "waiting" }),
  "run.paused": () => ({ status: "paused" }),
  "run.resumed": () => ({ status: "running" }),
  "run.succeeded": (event) => closed("succeeded", event),
  "run.failed": (event) => ({ ...closed("failed", event), ...toldError(event) }),
  "run.cancelled": (event) => closed("cancelled", event),
  "run.compensating": (event) => ({ status: "compensating", ...toldError(event) }),
  "run.needs_attention": () => ({ status: "needs_attention" }),
  "run.compensated": (event) => closed("compensated", event),
};

const NODE_FOLDS: Readonly<Record<string, NodeFold>> = {
  "node.queued": (node, event) => ({
    ...node,
    status: "queued",
    attempt: attemptOf(event, node),
    queued_at: event.at,
    waiting: null,
    progress: null,
    retry_at: null,
  }),
  "node.held": (node, event) => ({
    ...node,
    status: "held",
    attempt: attemptOf(event, node),
    queued_at: event.at,
    waiting: null,
    progress: null,
    retry_at: null,
  }),
  "node.started": (node, event) => ({
    ...node,
    status: "running",
    attempt: attemptOf(event, node),
    started_at: node.started_at ?? event.at,
    waiting: null,
    retry_at: null,
  }),
  "node.waiting": (node, event) => ({
    ...node,
    status: "waiting",
    attempt: attemptOf(event, node),
    started_at: node.started_at ?? event.at,
    waiting: waitingOf(event),
    retry_at: null,
  }),
  "node.retrying": (node, event) => ({
    ...node,
    status: "retrying",
    attempt: attemptOf(event, node),
    error: errorOf(event.data.error),
    retry_at: textOf(event.data.retry_at),
    waiting: null,
    progress: null,
  }),
  "node.succeeded": (node, event) => ({
    ...finished(node, "succeeded", event),
    started_at: node.started_at ?? event.at,
    ports: portsOf(event),
    error: null,
  }),
  "node.failed": (node, event) => ({
    ...finished(node, "failed", event),
    started_at: node.started_at ?? event.at,
    ports: portsOf(event),
    error: errorOf(event.data.error),
  }),
  "node.skipped": (node, event) => finished(node, "skipped", event),
  "node.cancelled": (node, event) => finished(node, "cancelled", event),
  "node.compensated": (node) => ({ ...node, status: "compensated" }),
  "node.gave_up": (node, event) => ({
    ...node,
    status: "needs_attention",
    attempt: attemptOf(event, node),
    error: errorOf(event.data.error),
    waiting: null,
    progress: null,
    retry_at: null,
  }),
  "node.reused": (node, event) => ({
    ...finished(node, "succeeded", event),
    ports: portsOf(event),
    is_reused: true,
  }),
  "node.memoized": (node) => ({ ...node, is_reused: true }),
  "node.progress": (node, event) => ({ ...node, progress: progressOf(event) }),
};

/** A snapshot as the view that events are folded into. */
export function viewOf(snapshot: RunSnapshot): RunView {
  const nodes: Record<string, NodeView> = {};
  for (const node of snapshot.nodes) {
    nodes[visitKey(node.node_id, node.visit)] = node;
  }
  return {
    id: snapshot.id,
    seq: snapshot.seq,
    status: snapshot.status,
    started_at: snapshot.started_at,
    finished_at: snapshot.finished_at,
    error: snapshot.error,
    output: snapshot.output ?? null,
    nodes,
  };
}

/** The run after one more event. */
export function foldEvent(run: RunView, event: RunEvent): RunView {
  return foldEvents(run, [event]);
}

/** The run after these events, in their order. Views of nodes that nothing happened to are kept as they are. */
export function foldEvents(run: RunView, events: readonly RunEvent[]): RunView {
  let head: Partial<RunHead> = {};
  let nodes: Record<string, NodeView> | null = null;
  let seq = run.seq;
  for (const event of events) {
    if (event.seq <= seq) {
      continue;
    }
    seq = event.seq;
    if (event.type === "run.migrated") {
      nodes = renamed(nodes ?? run.nodes, event);
      continue;
    }
    const foldRun = RUN_FOLDS[event.type];
    if (foldRun) {
      head = { ...head, ...foldRun(event) };
      continue;
    }
    const foldNode = NODE_FOLDS[event.type];
    if (foldNode && event.node_id) {
      nodes ??= { ...run.nodes };
      const visit = event.visit ?? 1;
      const key = visitKey(event.node_id, visit);
      nodes[key] = foldNode(nodes[key] ?? newNode(event.node_id, visit, event.at), event);
    }
  }
  return seq === run.seq ? run : { ...run, ...head, seq, nodes: nodes ?? run.nodes };
}

function newNode(nodeId: string, visit: number, at: string): NodeView {
  return {
    node_id: nodeId,
    visit,
    status: "queued",
    attempt: 1,
    ports: [],
    queued_at: at,
    started_at: null,
    finished_at: null,
    error: null,
    waiting: null,
    progress: null,
    retry_at: null,
    is_reused: false,
  };
}

function closed(status: RunStatus, event: RunEvent): Partial<RunHead> {
  return { status, finished_at: event.at };
}

function finished(node: NodeView, status: NodeStatus, event: RunEvent): NodeView {
  return {
    ...node,
    status,
    attempt: attemptOf(event, node),
    finished_at: event.at,
    waiting: null,
    progress: null,
    retry_at: null,
  };
}

function attemptOf(event: RunEvent, node: NodeView): number {
  return typeof event.data.attempt === "number" ? event.data.attempt : node.attempt;
}

function portsOf(event: RunEvent): readonly string[] {
  return namesOf(event.data.ports);
}

/** The visits under the ids that their nodes have in the version that the run moved to. */
function renamed(nodes: RunView["nodes"], event: RunEvent): Record<string, NodeView> {
  const mapping = (event.data.mapping ?? {}) as Readonly<Record<string, string>>;
  return Object.fromEntries(
    Object.values(nodes).map((node) => {
      const nodeId = mapping[node.node_id] ?? node.node_id;
      const moved = nodeId === node.node_id ? node : { ...node, node_id: nodeId };
      return [visitKey(nodeId, node.visit), moved];
    }),
  );
}

function waitingOf(event: RunEvent): WaitingView {
  const { kind } = event.data;
  return {
    kind: isWaitingKind(kind) ? kind : "time",
    for: namesOf(event.data.for),
    since: event.at,
    until: textOf(event.data.until),
    human_task_id: textOf(event.data.human_task_id),
    run_id: textOf(event.data.run_id),
  };
}

function isWaitingKind(kind: unknown): kind is WaitingView["kind"] {
  return kind === "human" || kind === "signal" || kind === "run" || kind === "event";
}

function progressOf(event: RunEvent): ProgressView {
  const { done, total, text } = event.data;
  return {
    done: typeof done === "number" ? done : 0,
    total: typeof total === "number" ? total : null,
    text: typeof text === "string" ? text : "",
  };
}

function errorOf(value: unknown): ErrorView | null {
  if (typeof value !== "object" || value === null) {
    return null;
  }
  const { type, message } = value as { type?: unknown; message?: unknown };
  return { type: textOf(type) ?? "Error", message: textOf(message) ?? "" };
}

/** The run's error where the event tells it; a run that was undone told it when it turned round. */
function toldError(event: RunEvent): Partial<RunHead> {
  const error = errorOf(event.data.error);
  return error ? { error: { ...error, node_id: textOf(event.data.node) } } : {};
}

function namesOf(value: unknown): readonly string[] {
  return Array.isArray(value)
    ? value.filter((name): name is string => typeof name === "string")
    : [];
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
