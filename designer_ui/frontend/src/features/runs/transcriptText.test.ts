import { describe, expect, it } from "vitest";
import type { AgentStepView } from "@/api/types";
import { stepFacts, textOfStep } from "./transcriptText";

const step: AgentStepView = {
  number: 1,
  kind: "model",
  name: "tiny",
  status: "succeeded",
  request: {},
  response: { text: "", calls: [{ id: "1", name: "add", arguments: {} }] },
  usage: { input_tokens: 100, output_tokens: 20, cost: 0.5 },
  started_at: "2030-01-01T00:00:00Z",
  finished_at: "2030-01-01T00:00:02Z",
  human_task_id: null,
};

describe("transcript", () => {
  it("tells what the model said, else which tools it calls", () => {
    expect(textOfStep(step)).toBe("Calls add");
    expect(textOfStep({ ...step, response: { text: "Five", calls: [] } })).toBe("Five");
  });

  it("tells the words of tools and of failures", () => {
    expect(textOfStep({ ...step, kind: "tool", response: { result: "Hello" } })).toBe("Hello");
    expect(textOfStep({ ...step, kind: "tool", response: { error: "Denied" } })).toBe("Denied");
    expect(textOfStep({ ...step, response: null })).toBe("");
  });

  it("tells time and usage", () => {
    expect(stepFacts(step)).toMatch(/^took 2.* · 100 tokens read, 20 written · cost 0\.5$/);
    expect(stepFacts({ ...step, usage: null, finished_at: null })).toBe("");
  });
});
