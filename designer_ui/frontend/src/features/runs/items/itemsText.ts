import type { BulkView } from "@/api/types";
import { countOf } from "@/forms/rows";
import { formatMoment, formatSpan } from "@/live/moment";
import type { ProgressView } from "@/live/types";

/** The counts to show: those of the server, and what the journal told since. */
export function itemsDone(bulk: BulkView, progress: ProgressView | null): number {
  return Math.max(bulk.done, progress?.done ?? 0);
}

/** "20 a second, about 3 min left"; nothing where nothing can be said, or nothing is tried. */
export function paceOf(bulk: BulkView, now: number): string {
  if (isBreakerOpen(bulk, now)) return "";
  const { rate, remaining_seconds: remaining } = bulk;
  const words = [];
  if (rate !== null) {
    words.push(`${rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en")} a second`);
  }
  if (remaining !== null) {
    words.push(remaining < 10 ? "moments left" : `about ${formatSpan(remaining * 1_000)} left`);
  }
  return words.join(", ");
}

const isBreakerOpen = ({ breaker_until: until }: BulkView, now: number): boolean =>
  until !== null && Date.parse(until) > now;

/** What the circuit breaker does to the work at the moment, or null when it lets all through. */
export function breakerSentence(bulk: BulkView, now: number): string | null {
  const { breaker_until: until } = bulk;
  if (until === null || !isBreakerOpen(bulk, now)) {
    return null;
  }
  const wait = formatSpan(Date.parse(until) - now);
  return (
    "The circuit breaker is open, since attempts failed in a row. Nothing is tried until " +
    `${formatMoment(until, now)} (for ${wait}); then one item is.`
  );
}

/** Failed items that another run could not mend either, or null. */
export function brokenSentence({ failed, retryable }: BulkView): string | null {
  const broken = failed - retryable;
  return broken > 0
    ? `${countOf(broken, "failure")} cannot be run again: correct the rows and upload the file anew.`
    : null;
}
