import type { NodeStatus as CanvasStatus } from "@/canvas/statusStore";
import { formatMoment, formatSpan } from "@/live/moment";
import type { NodeView } from "@/live/types";
import { waitingParts } from "@/live/waiting";

/** How a node stands, in the few words that fit on its card. */
export function canvasStatus(node: NodeView, now: number): CanvasStatus {
  const { status } = node;
  if (status === "waiting" && node.waiting) {
    const [subject, ...rest] = waitingParts(node.waiting, now);
    const label = node.waiting.kind === "event" ? "Active" : subject;
    return { status, label, detail: rest.join(", ") };
  }
  return { status, ...wordsOf(node, now) };
}

function wordsOf(node: NodeView, now: number): Omit<CanvasStatus, "status"> {
  switch (node.status) {
    case "running":
      return { detail: progressOf(node) || laterAttempt(node) };
    case "retrying":
      return { detail: retryOf(node, now) };
    case "failed":
      return { detail: node.attempt > 1 ? `after ${node.attempt} attempts` : visitOf(node) };
    case "succeeded":
      return node.is_reused ? { label: "Taken over" } : { detail: visitOf(node) };
    default:
      return { detail: visitOf(node) };
  }
}

/** "3 of 10 pages". */
export function progressOf(node: NodeView): string {
  const { progress } = node;
  if (!progress) {
    return "";
  }
  const share =
    progress.total === null ? String(progress.done) : `${progress.done} of ${progress.total}`;
  return `${share} ${progress.text}`.trim();
}

function retryOf(node: NodeView, now: number): string {
  const next = `attempt ${node.attempt + 1}`;
  if (node.retry_at === null) {
    return next;
  }
  const wait = Date.parse(node.retry_at) - now;
  return wait < 60_000
    ? `${next} in ${formatSpan(wait)}`
    : `${next} at ${formatMoment(node.retry_at, now)}`;
}

function laterAttempt(node: NodeView): string | undefined {
  return node.attempt > 1 ? `attempt ${node.attempt}` : visitOf(node);
}

function visitOf(node: NodeView): string | undefined {
  return node.visit > 1 ? `visit ${node.visit}` : undefined;
}

/** The statuses of all nodes; those that read the same stay the very same objects. */
export function canvasStatuses(
  latest: Readonly<Record<string, NodeView>>,
  now: number,
  before: Readonly<Record<string, CanvasStatus>>,
): Readonly<Record<string, CanvasStatus>> {
  const statuses: Record<string, CanvasStatus> = {};
  for (const [nodeId, node] of Object.entries(latest)) {
    const next = canvasStatus(node, now);
    const known = before[nodeId];
    statuses[nodeId] = known && isSame(known, next) ? known : next;
  }
  return statuses;
}

function isSame(a: CanvasStatus, b: CanvasStatus): boolean {
  return a.status === b.status && a.label === b.label && a.detail === b.detail;
}
