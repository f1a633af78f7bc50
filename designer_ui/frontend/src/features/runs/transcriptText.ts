import type { AgentStepView } from "@/api/types";
import { secondsBetween } from "@/live/moment";
import { formatDuration } from "@/ui/time";

/** What was said in a step: by the model, by a tool in words, or why it failed. */
export function textOfStep(step: AgentStepView): string {
  const { response } = step;
  if (!response) return "";
  for (const said of [response.text, response.error, response.result]) {
    if (typeof said === "string" && said !== "") return said;
  }
  const calls = Array.isArray(response.calls) ? response.calls : [];
  const names = calls.flatMap((call) =>
    typeof call === "object" && call !== null && "name" in call ? [String(call.name)] : [],
  );
  return names.length > 0 ? `Calls ${names.join(", ")}` : "";
}

/** How long it took and what it used, in a line. */
export function stepFacts(step: AgentStepView): string {
  const facts: string[] = [];
  if (step.finished_at) {
    facts.push(`took ${formatDuration(secondsBetween(step.started_at, step.finished_at, 0))}`);
  }
  const { usage } = step;
  if (usage) {
    facts.push(`${usage.input_tokens} tokens read, ${usage.output_tokens} written`);
    if (typeof usage.cost === "number") facts.push(`cost ${usage.cost}`);
  }
  return facts.join(" · ");
}
