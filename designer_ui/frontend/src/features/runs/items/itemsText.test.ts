import { describe, expect, it } from "vitest";
import type { BulkView } from "@/api/types";
import { breakerSentence, brokenSentence, itemsDone, paceOf } from "./itemsText";

const bulk: BulkView = {
  node_id: "items",
  visit: 1,
  attempt: 1,
  status: "open",
  source: "list",
  upload_id: null,
  is_total_known: true,
  total: 100,
  done: 40,
  succeeded: 37,
  failed: 3,
  filtered: 0,
  retryable: 3,
  batches_under_way: 1,
  rate: null,
  remaining_seconds: null,
  breaker_until: null,
};

describe("items in words", () => {
  it("never count back behind what the journal told", () => {
    expect(itemsDone(bulk, { done: 55, total: 100, text: "" })).toBe(55);
    expect(itemsDone(bulk, { done: 20, total: 100, text: "" })).toBe(40);
    expect(itemsDone(bulk, null)).toBe(40);
  });

  it("tell the pace as far as it is known", () => {
    expect(paceOf(bulk, 0)).toBe("");
    expect(paceOf({ ...bulk, rate: 2.04 }, 0)).toBe("2.0 a second");
    expect(paceOf({ ...bulk, rate: 1234.5, remaining_seconds: 180 }, 0)).toBe(
      "1,235 a second, about 3 min left",
    );
    expect(paceOf({ ...bulk, remaining_seconds: 4 }, 0)).toBe("moments left");
  });

  it("tell no pace while nothing is tried", () => {
    const held = { ...bulk, rate: 5, breaker_until: new Date(30_000).toISOString() };
    expect(paceOf(held, 0)).toBe("");
    expect(paceOf(held, 31_000)).toBe("5.0 a second");
  });

  it("say what an open breaker does, and until when", () => {
    const now = Date.parse("2026-11-25T12:00:00");
    const until = new Date(now + 30_000).toISOString();
    expect(breakerSentence(bulk, now)).toBeNull();
    expect(breakerSentence({ ...bulk, breaker_until: until }, now)).toContain(
      "Nothing is tried until 12:00 (for 30 s); then one item is.",
    );
    expect(breakerSentence({ ...bulk, breaker_until: until }, now + 31_000)).toBeNull();
  });

  it("tell the failures that no other run can mend", () => {
    expect(brokenSentence(bulk)).toBeNull();
    expect(brokenSentence({ ...bulk, retryable: 2 })).toMatch(/^1 failure cannot be run again/);
  });
});
