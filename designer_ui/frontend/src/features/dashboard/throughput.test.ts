import { describe, expect, it } from "vitest";
import { durationScale, failureRate, throughputOf } from "./throughput";

describe("throughput", () => {
  it("stacks failures on successes", () => {
    const throughput = throughputOf([
      { at: "2026-11-22T10:00:00Z", started: 5, succeeded: 3, failed: 1 },
      { at: "2026-11-22T11:00:00Z", started: 0, succeeded: 0, failed: 0 },
    ]);
    expect(throughput).toEqual({
      times: [1795341600, 1795345200],
      succeeded: [3, 0],
      finished: [4, 0],
      started: [5, 0],
      isEmpty: false,
    });
    expect(throughputOf([]).isEmpty).toBe(true);
  });

  it("has a failure rate once something has finished", () => {
    expect(failureRate({ succeeded: 9, failed: 1 })).toBe(10);
    expect(failureRate({ succeeded: 0, failed: 0 })).toBeNull();
  });
});

describe("the scale of durations", () => {
  it("is linear while the durations are alike", () => {
    const scale = durationScale([{ p50_seconds: 2, p95_seconds: 10 }]);
    expect([scale(0), scale(5), scale(10)]).toEqual([0, 0.5, 1]);
  });

  it("keeps seconds visible beside days", () => {
    const scale = durationScale([
      { p50_seconds: 1, p95_seconds: 2 },
      { p50_seconds: 80_000, p95_seconds: 90_000 },
    ]);
    expect(scale(1)).toBeGreaterThan(0.05);
    expect(scale(90_000)).toBe(1);
  });
});
