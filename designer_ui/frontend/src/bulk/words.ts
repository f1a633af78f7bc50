import { singleExpression } from "@/graph/expressions";
import { isObject } from "@/graph/types";
import { type ItemWork, inputFieldOf } from "./parts";

const number = new Intl.NumberFormat("en");
const counted = (count: number, noun: string, nouns: string): string =>
  `${number.format(count)} ${count === 1 ? noun : nouns}`;

const sourceOf = (value: unknown): string =>
  typeof value === "string" ? (singleExpression(value) ?? value) : "";

/** Where the items come from: "From the input: orders". */
export function itemsInWords(items: unknown): string {
  const name = inputFieldOf(items);
  if (name !== null) return `From the input: ${name}`;
  if (Array.isArray(items)) return counted(items.length, "item", "items");
  if (isObject(items)) return "An uploaded file";
  return sourceOf(items) || "Nothing yet";
}

/** "Batches of 100 · 4 at once". */
export const batchesInWords = ({ batch_size: size, max_concurrency: most }: ItemWork): string =>
  `${size === 1 ? "One item a batch" : `Batches of ${number.format(size)}`} · ${
    most === 1 ? "one after the other" : `${number.format(most)} at once`
  }`;

/** What holds for the work, a few words each: retries, time limit, failures, circuit breaker. */
export function limitsInWords(work: ItemWork): string[] {
  const { processor, failure_threshold: threshold, circuit_breaker: breaker } = work;
  const { retry = null, timeout_seconds: seconds = null, mode } = processor ?? {};
  const limits: string[] = [];
  if (retry) limits.push(counted(retry.max_attempts, "attempt", "attempts"));
  if (seconds) limits.push(`${number.format(seconds)} s for each ${mode ?? "item"}`);
  if (threshold.percent !== null) limits.push(`At most ${threshold.percent} % may fail`);
  if (threshold.count !== null) limits.push(`At most ${number.format(threshold.count)} may fail`);
  if (work.enough) limits.push(`Done after ${number.format(work.enough)} successes`);
  if (breaker) limits.push(`Pauses after ${number.format(breaker.failures)} failures in a row`);
  return limits;
}

/** What becomes of the outputs, as title and line. */
export function resultInWords({ result }: ItemWork): { title: string; text: string } {
  if (result.mode === "filter") {
    return { title: "Filter", text: `Keeps items where ${sourceOf(result.keep) || "…"}` };
  }
  if (result.mode === "reduce") {
    return { title: "Reduce", text: sourceOf(result.combine) || "Combines all outputs" };
  }
  return { title: "Result", text: "Every output, in order" };
}
