import { describe, expect, it } from "vitest";
import { foldEvent, foldEvents, viewOf } from "./fold";
import { at, emptyRun, STORY, tell } from "./testing/story";
import type { RunEvent } from "./types";

const whole = foldEvents(viewOf(emptyRun()), STORY);

describe("foldEvents", () => {
  it("tells the story of a run to its end", () => {
    expect(whole.seq).toBe(23);
    expect(whole.status).toBe("failed");
    expect(whole.started_at).toBe(at(1));
    expect(whole.finished_at).toBe(at(23));
    expect(whole.error).toEqual({
      type: "ConnectionError",
      message: "the bank did not answer",
      node_id: "fetch",
    });
    expect(Object.keys(whole.nodes)).toEqual([
      "start#1",
      "fetch#1",
      "approve#1",
      "reject_mail#1",
      "fetch#2",
    ]);
  });

  it("keeps visits of the same node apart", () => {
    expect(whole.nodes["fetch#1"]).toMatchObject({
      status: "succeeded",
      attempt: 2,
      error: null,
      retry_at: null,
    });
    expect(whole.nodes["fetch#2"]).toMatchObject({ status: "failed", attempt: 1, ports: [] });
  });

  it("says for whom a node waits, since when and until when", () => {
    const waiting = foldEvents(viewOf(emptyRun()), STORY.slice(0, 13));
    expect(waiting.status).toBe("waiting");
    expect(waiting.nodes["approve#1"]?.waiting).toEqual({
      kind: "human",
      for: ["ana"],
      since: at(12),
      until: at(3600),
      human_task_id: "t-1",
      run_id: null,
    });
    expect(whole.nodes["approve#1"]?.waiting).toBeNull();
  });

  it("shows progress and the coming retry only while they last", () => {
    const running = foldEvents(viewOf(emptyRun()), STORY.slice(0, 6));
    expect(running.nodes["fetch#1"]?.progress).toEqual({ done: 3, total: 10, text: "pages" });
    const retrying = foldEvents(running, STORY.slice(6, 7));
    expect(retrying.nodes["fetch#1"]).toMatchObject({
      status: "retrying",
      attempt: 1,
      retry_at: at(9),
      progress: null,
    });
  });

  it("comes to the same view from every snapshot on the way", () => {
    for (let cut = 0; cut <= STORY.length; cut += 1) {
      const snapshot = foldEvents(viewOf(emptyRun()), STORY.slice(0, cut));
      expect(foldEvents(snapshot, STORY)).toEqual(whole);
    }
  });

  it("gives nodes the ids of the version that the run moved to", () => {
    const moved = {
      ...tell([["run.migrated", undefined, { from: 1, to: 2, mapping: { approve: "decide" } }]])[0],
      seq: whole.seq + 1,
    } as RunEvent;
    const after = foldEvent(whole, moved);
    expect(Object.keys(after.nodes)).toContain("decide#1");
    expect(after.nodes["decide#1"]).toEqual({ ...whole.nodes["approve#1"], node_id: "decide" });
    expect(after.nodes["fetch#2"]).toBe(whole.nodes["fetch#2"]);
  });

  it("comes to the same view one event at a time", () => {
    expect(STORY.reduce(foldEvent, viewOf(emptyRun()))).toEqual(whole);
  });

  it("changes nothing on an event that it knows", () => {
    expect(foldEvents(whole, STORY)).toBe(whole);
  });

  it("keeps the views of nodes that nothing happened to", () => {
    const before = foldEvents(viewOf(emptyRun()), STORY.slice(0, 10));
    const after = foldEvents(before, STORY.slice(10, 12));
    expect(after.nodes["fetch#1"]).toBe(before.nodes["fetch#1"]);
    expect(after.nodes).not.toBe(before.nodes);
  });

  it("counts facts that it has no picture for", () => {
    const run = foldEvents(viewOf(emptyRun()), tell([["run.started"], ["something.new", "start"]]));
    expect(run.seq).toBe(2);
    expect(run.nodes).toEqual({});
  });

  it("marks a result that was taken over from an earlier run", () => {
    const run = foldEvents(
      viewOf(emptyRun()),
      tell([["node.reused", "start", { ports: ["out"] }]]),
    );
    expect(run.nodes["start#1"]).toMatchObject({
      status: "succeeded",
      ports: ["out"],
      is_reused: true,
    });
  });

  it("tells how a run was undone, and keeps why", () => {
    const error = { type: "Refused", message: "no" };
    const about = (seq: number, type: string, node_id: string | null, data = {}) => ({
      seq,
      at: at(seq),
      type,
      node_id,
      visit: node_id ? 1 : null,
      data,
    });
    const stuck = foldEvents(viewOf(emptyRun()), [
      about(1, "node.succeeded", "a", { attempt: 1, ports: ["out"] }),
      about(2, "run.compensating", null, { steps: ["a"], error, node: "b" }),
      about(3, "node.gave_up", "_undo_a", { attempt: 3, error }),
      about(4, "run.needs_attention", null),
    ]);
    expect(stuck).toMatchObject({ status: "needs_attention", error: { ...error, node_id: "b" } });
    expect(stuck.nodes["_undo_a#1"]).toMatchObject({
      status: "needs_attention",
      attempt: 3,
      error,
    });
    const undone = foldEvents(stuck, [
      about(5, "attention.resolved", "_undo_a", { choice: "resolve", note: "By phone", by: "ola" }),
      about(6, "node.succeeded", "_undo_a", { attempt: 3, ports: [] }),
      about(7, "node.compensated", "a"),
      about(8, "run.compensated", null, { node: "b" }),
    ]);
    expect(undone).toMatchObject({
      status: "compensated",
      finished_at: at(8),
      error: { ...error, node_id: "b" },
    });
    expect(undone.nodes["a#1"]).toMatchObject({ status: "compensated", finished_at: at(1) });
  });
});
