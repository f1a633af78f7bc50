import { describe, expect, it } from "vitest";
import type { WaitingView } from "./types";
import { eitherOf, isOverdue, waitingSentence } from "./waiting";

const NOW = new Date(2026, 10, 22, 15, 0, 0).getTime();

function at(hour: number): string {
  return new Date(2026, 10, 22, hour, 0, 0).toISOString();
}

function waiting(changes: Partial<WaitingView>): WaitingView {
  return {
    kind: "human",
    for: ["ana"],
    since: at(13),
    until: null,
    human_task_id: null,
    run_id: null,
    ...changes,
  };
}

describe("waitingSentence", () => {
  it("says for whom, since when and until when", () => {
    expect(waitingSentence(waiting({ until: at(17) }), NOW)).toBe(
      "Waiting for Ana, 2 h, due 17:00",
    );
  });

  it("does not count the first moments", () => {
    expect(waitingSentence(waiting({ since: at(15), until: at(17) }), NOW)).toBe(
      "Waiting for Ana, due 17:00",
    );
  });

  it("says when the time has passed", () => {
    expect(waitingSentence(waiting({ until: at(14) }), NOW)).toBe(
      "Waiting for Ana, 2 h, overdue since 14:00",
    );
    expect(isOverdue(at(14), NOW)).toBe(true);
    expect(isOverdue(null, NOW)).toBe(false);
  });

  it("names several people, or none", () => {
    expect(waitingSentence(waiting({ for: ["ana", "finance"] }), NOW)).toBe(
      "Waiting for Ana or Finance, 2 h",
    );
    expect(waitingSentence(waiting({ for: [] }), NOW)).toBe("Waiting for a decision, 2 h");
    expect(eitherOf(["a", "b", "c"])).toBe("A, B or C");
  });

  it("names the signal", () => {
    expect(waitingSentence(waiting({ kind: "signal", for: ["paid"] }), NOW)).toBe(
      "Waiting for the signal “paid”, 2 h",
    );
  });

  it("names the other run's workflow", () => {
    expect(waitingSentence(waiting({ kind: "run", for: ["Approval"] }), NOW)).toBe(
      "Waiting for the run of “Approval”, 2 h",
    );
  });

  it("says how long a wait for time lasts", () => {
    expect(waitingSentence(waiting({ kind: "time", for: [], until: at(17) }), NOW)).toBe(
      "Waiting, 2 h, until 17:00",
    );
  });
});
