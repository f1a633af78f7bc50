import { describe, expect, it } from "vitest";
import { formatMoment, formatSpan, secondsBetween } from "./moment";

const NOW = new Date(2026, 10, 22, 15, 0, 0).getTime();
const HOUR = 3_600_000;

function ago(hours: number): string {
  return new Date(NOW - hours * HOUR).toISOString();
}

describe("spans", () => {
  it.each([
    [2_000, "moments"],
    [59_999, "59 s"],
    [59 * 60_000, "59 min"],
    [47 * HOUR, "47 h"],
    [72 * HOUR, "3 d"],
  ])("%i ms read %s", (span, words) => {
    expect(formatSpan(span)).toBe(words);
  });

  it("run on while the end is to come", () => {
    expect(secondsBetween(ago(2), null, NOW)).toBe(7_200);
    expect(secondsBetween(ago(2), ago(1), NOW)).toBe(3_600);
  });
});

describe("moments", () => {
  it("say the day unless it is today", () => {
    expect(formatMoment(ago(-2), NOW)).toBe("17:00");
    expect(formatMoment(ago(-26), NOW)).toBe("tomorrow 17:00");
    expect(formatMoment(ago(22), NOW)).toBe("yesterday 17:00");
    expect(formatMoment(ago(-50), NOW)).toBe("24 Nov 17:00");
    expect(formatMoment(ago(24 * 400), NOW)).toBe("18 Oct 2025 15:00");
  });
});
