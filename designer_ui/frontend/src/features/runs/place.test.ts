import { describe, expect, it } from "vitest";
import type { RunSummary } from "@/api/types";
import { placeOf } from "./place";

const NOW = new Date(2026, 10, 22, 15, 0).getTime();
const UNTIL = new Date(2026, 10, 22, 17, 0).toISOString();

function run(changes: Partial<RunSummary>): RunSummary {
  return {
    id: "r",
    workflow: { id: "w", title: "Expense", name: "expense", kind: "graph" },
    version: 1,
    status: "waiting",
    business_key: "",
    labels: {},
    created_at: UNTIL,
    started_at: UNTIL,
    finished_at: null,
    created_by: null,
    error: null,
    waiting_for: [],
    current: [{ node_id: "ask", title: "Approve", status: "waiting" }],
    is_test: false,
    ...changes,
  };
}

describe("placeOf", () => {
  it.each([
    ["Decision by ana, ben", "Approve: waiting for Ana or Ben"],
    ["Decision", "Approve: waiting for a decision"],
    ["Signal paid", "Approve: waiting for the signal “paid”"],
    ["Run of Approval", "Approve: waiting for the run of “Approval”"],
    [`Time, until ${UNTIL}`, "Approve: waiting until 17:00"],
    ["Something new", "Approve: waiting for Something new"],
  ])("%s reads %s", (text, words) => {
    expect(placeOf(run({ waiting_for: [text] }), NOW)).toBe(words);
  });

  it("names the first nodes and counts the others", () => {
    const current = ["A", "B", "C", "D", "E"].map((title) => ({
      node_id: title,
      title,
      status: "running" as const,
    }));
    expect(placeOf(run({ status: "running", current }), NOW)).toBe("A, B, C and 2 more");
  });

  it("says what stopped a failed run, and nothing of one that is done", () => {
    const error = { type: "Timeout", message: "took too long", node_id: "ask" };
    expect(placeOf(run({ status: "failed", error }), NOW)).toBe("took too long");
    expect(placeOf(run({ status: "succeeded" }), NOW)).toBe("");
  });
});
