import { isActive, type NodeStatus, type NodeView } from "@/live/types";

/** One visit drawn as a bar: first the time in the queue, then the time under way. Shares are 0 to 1. */
export interface TimelineBar {
  readonly node: NodeView;
  readonly begin: number;
  /** Where the work itself began. */
  readonly start: number;
  readonly end: number;
  readonly status: NodeStatus;
  readonly milliseconds: number;
}

export interface TimelineTick {
  readonly at: number;
  readonly milliseconds: number;
}

export interface Timeline {
  readonly bars: readonly TimelineBar[];
  readonly ticks: readonly TimelineTick[];
  readonly milliseconds: number;
}

const STEPS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  1e3,
  2e3,
  5e3,
  10e3,
  15e3,
  30e3,
  60e3,
  2 * 60e3,
  5 * 60e3,
  10 * 60e3,
  15 * 60e3,
  30 * 60e3,
  3600e3,
  2 * 3600e3,
  4 * 3600e3,
  6 * 3600e3,
  12 * 3600e3,
  86400e3,
];

/** The visits on one scale, in the order given. Skipped visits took no time and have no bar. */
export function timelineOf(
  nodes: readonly NodeView[],
  runStart: string | null,
  now: number,
): Timeline {
  const spans = nodes.filter((node) => node.status !== "skipped").map((node) => spanOf(node, now));
  const begins = spans.map((span) => span.begin);
  const from = Math.min(
    runStart === null ? Number.POSITIVE_INFINITY : Date.parse(runStart),
    ...begins,
  );
  const to = Math.max(from + 1, ...spans.map((span) => span.end));
  const share = (at: number) => (at - from) / (to - from);
  return {
    milliseconds: to - from,
    ticks: ticksOf(to - from),
    bars: spans.map((span) => ({
      node: span.node,
      begin: share(span.begin),
      start: share(span.start),
      end: share(span.end),
      status: span.node.status,
      milliseconds: span.end - span.begin,
    })),
  };
}

function spanOf(node: NodeView, now: number) {
  const begin = at(node.queued_at) ?? at(node.started_at) ?? at(node.finished_at) ?? now;
  const last = isActive(node.status) ? now : (at(node.finished_at) ?? begin);
  const end = Math.max(begin, last);
  const first = at(node.waiting?.since ?? null) ?? at(node.started_at) ?? begin;
  return { node, begin, start: Math.min(Math.max(first, begin), end), end };
}

function at(moment: string | null): number | null {
  return moment === null ? null : Date.parse(moment);
}

/** Round marks, three to seven of them. */
function ticksOf(whole: number): TimelineTick[] {
  const step = STEPS.find((candidate) => whole / candidate <= 6) ?? Math.ceil(whole / 6);
  const ticks: TimelineTick[] = [];
  for (let at = 0; at <= whole; at += step) {
    ticks.push({ at: at / whole, milliseconds: at });
  }
  return ticks;
}
