import { describe, expect, it } from "vitest";
import { foldEvents, viewOf } from "@/live/fold";
import { latestVisits } from "@/live/selectors";
import { at, emptyRun, STORY } from "@/live/testing/story";
import { canvasStatuses } from "./nodeStatus";

const NOW = Date.parse(at(12)) + 30 * 60_000;

function statusesAfter(count: number, now = NOW) {
  const run = foldEvents(viewOf(emptyRun()), STORY.slice(0, count));
  return canvasStatuses(latestVisits(run.nodes), now, {});
}

describe("canvasStatuses", () => {
  it("says for whom a node waits, since when and until when", () => {
    const { approve } = statusesAfter(13);
    expect(approve?.label).toBe("Waiting for Ana");
    expect(approve?.detail).toMatch(/^30 min, due \d\d:\d\d$/);
  });

  it("counts attempts and progress", () => {
    expect(statusesAfter(6).fetch).toEqual({ status: "running", detail: "3 of 10 pages" });
    expect(statusesAfter(7, Date.parse(at(7))).fetch?.detail).toBe("attempt 2 in moments");
    expect(statusesAfter(9).fetch?.detail).toBe("attempt 2");
  });

  it("shows the newest visit", () => {
    expect(statusesAfter(23).fetch).toEqual({ status: "failed", detail: "visit 2" });
  });

  it("keeps what reads the same", () => {
    const run = foldEvents(viewOf(emptyRun()), STORY.slice(0, 13));
    const latest = latestVisits(run.nodes);
    const before = canvasStatuses(latest, NOW, {});
    const after = canvasStatuses(latest, NOW + 60_000, before);
    expect(after.start).toBe(before.start);
    expect(after.approve).not.toBe(before.approve);
  });
});
