import { expect, it } from "vitest";
import { STORY } from "@/live/testing/story";
import { journalText } from "./journalText";

it("tells the journal in sentences", () => {
  expect(STORY.map((event) => journalText(event))).toEqual([
    "The run started",
    "queued",
    "succeeded",
    "queued",
    "started",
    "3 of 10 pages",
    "attempt 1 failed, tries again in 2.0 s: the bank did not answer",
    "queued, attempt 2",
    "started, attempt 2",
    "succeeded",
    "queued",
    "waits for Ana",
    "The run waits",
    "claimed by ana",
    "decided by ana: approved",
    "The run goes on",
    "succeeded, leaves through approved",
    "skipped",
    "goes round again, turn 1",
    "queued",
    "started",
    "failed: the bank did not answer",
    "The run failed: the bank did not answer",
  ]);
});

it("reads unknown facts by their name", () => {
  expect(
    journalText({ seq: 1, at: "", type: "saga.step_undone", node_id: null, visit: null, data: {} }),
  ).toBe("saga step undone");
});
