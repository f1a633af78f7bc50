import type { EventsFrame, RunEvent, RunSnapshot } from "../types";

const START = Date.UTC(2026, 10, 22, 9, 0, 0);

export function at(second: number): string {
  return new Date(START + second * 1000).toISOString();
}

export function emptyRun(): RunSnapshot {
  return {
    id: "run-1",
    seq: 0,
    status: "running",
    started_at: null,
    finished_at: null,
    error: null,
    output: null,
    nodes: [],
  };
}

type Fact = readonly [
  type: string,
  nodeId?: string,
  data?: Readonly<Record<string, unknown>>,
  visit?: number,
];

/** Facts, numbered from 1 and one second apart. */
export function tell(facts: readonly Fact[]): RunEvent[] {
  return facts.map(([type, nodeId, data, visit], index) => ({
    seq: index + 1,
    at: at(index + 1),
    type,
    node_id: nodeId ?? null,
    visit: nodeId ? (visit ?? 1) : null,
    data: data ?? {},
  }));
}

const BOOM = { type: "ConnectionError", message: "the bank did not answer" };

/** A run with a retry, an approval, a loop, a skipped branch and a failure. */
export const STORY: readonly RunEvent[] = tell([
  ["run.started"],
  ["node.queued", "start", { attempt: 1 }],
  ["node.succeeded", "start", { ports: ["out"], attempt: 1 }],
  ["node.queued", "fetch", { attempt: 1 }],
  ["node.started", "fetch", { attempt: 1, worker: "a" }],
  ["node.progress", "fetch", { done: 3, total: 10, text: "pages" }],
  ["node.retrying", "fetch", { attempt: 1, error: BOOM, retry_at: at(9) }],
  ["node.queued", "fetch", { attempt: 2 }],
  ["node.started", "fetch", { attempt: 2, worker: "b" }],
  ["node.succeeded", "fetch", { ports: ["out"], attempt: 2 }],
  ["node.queued", "approve", { attempt: 1 }],
  [
    "node.waiting",
    "approve",
    { attempt: 1, kind: "human", for: ["ana"], until: at(3600), human_task_id: "t-1" },
  ],
  ["run.waiting"],
  ["human.claimed", "approve", { by: "ana" }],
  ["human.decided", "approve", { by: "ana", outcome: "approved" }],
  ["run.running"],
  ["node.succeeded", "approve", { ports: ["approved"], attempt: 1 }],
  ["node.skipped", "reject_mail"],
  ["loop.taken", "check", { edge: "e7", iteration: 1 }],
  ["node.queued", "fetch", { attempt: 1 }, 2],
  ["node.started", "fetch", { attempt: 1, worker: "a" }, 2],
  ["node.failed", "fetch", { error: BOOM, attempt: 1, ports: [] }, 2],
  ["run.failed", undefined, { error: BOOM, node: "fetch" }],
]);

/** The frame that carries these facts of the story, as the server sends it. */
export function frame(from: number, to: number): EventsFrame {
  return {
    type: "events",
    from,
    seq: to,
    run: {},
    events: STORY.filter((event) => event.seq >= from && event.seq <= to),
  };
}
