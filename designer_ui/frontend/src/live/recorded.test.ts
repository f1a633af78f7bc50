import { describe, expect, it } from "vitest";
import { foldEvents, viewOf } from "./fold";
import recorded from "./testing/recordedRun.json";
import type { NodeView, RunEvent, RunSnapshot, RunView } from "./types";

const events = recorded.events as readonly RunEvent[];
const snapshots = recorded.snapshots as readonly RunSnapshot[];

/**
 * The journal does not tell when a node that no worker runs was reached, only what came of it: until
 * the next snapshot such a visit begins with its first fact. The run's output comes with the frame.
 */
function comparable(view: RunView) {
  const nodes = Object.entries(view.nodes).map(([key, node]) => [key, withoutBegin(node)]);
  return { ...view, output: null, nodes: Object.fromEntries(nodes) };
}

function withoutBegin({ queued_at: _, started_at: __, ...rest }: NodeView) {
  return rest;
}

describe("a run that a server told", () => {
  const pairs = snapshots.flatMap((from) =>
    snapshots.filter((to) => to.seq > from.seq).map((to) => [from.seq, to.seq, from, to] as const),
  );

  it.each(pairs)("folds snapshot %i and the events after it to snapshot %i", (_, __, from, to) => {
    const news = events.filter((event) => event.seq > from.seq && event.seq <= to.seq);
    expect(comparable(foldEvents(viewOf(from), news))).toEqual(comparable(viewOf(to)));
  });
});
