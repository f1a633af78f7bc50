import { describe, expect, it } from "vitest";
import { foldEvents, viewOf } from "@/live/fold";
import { visitsInOrder } from "@/live/selectors";
import { at, emptyRun, STORY } from "@/live/testing/story";
import { timelineOf } from "./timeline";

const run = foldEvents(viewOf(emptyRun()), STORY);

describe("timelineOf", () => {
  it("puts every visit that took time on one scale", () => {
    const timeline = timelineOf(visitsInOrder(run), run.started_at, Date.parse(at(100)));
    expect(timeline.milliseconds).toBe(21_000);
    expect(timeline.bars.map((bar) => bar.node.node_id)).toEqual([
      "start",
      "fetch",
      "approve",
      "fetch",
    ]);
    expect(timeline.bars[3]).toMatchObject({ begin: 19 / 21, start: 20 / 21, end: 1 });
    expect(timeline.ticks.map((tick) => tick.milliseconds)).toEqual([
      0, 5_000, 10_000, 15_000, 20_000,
    ]);
  });

  it("lets what is under way grow until now", () => {
    const waiting = foldEvents(viewOf(emptyRun()), STORY.slice(0, 13));
    const timeline = timelineOf(visitsInOrder(waiting), waiting.started_at, Date.parse(at(31)));
    expect(timeline.milliseconds).toBe(30_000);
    expect(timeline.bars[2]).toMatchObject({ start: 11 / 30, end: 1, milliseconds: 20_000 });
  });

  it("draws an empty run", () => {
    expect(timelineOf([], null, 0).bars).toEqual([]);
  });
});
