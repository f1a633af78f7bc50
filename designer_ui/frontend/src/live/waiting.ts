import { formatMoment, formatSpan } from "./moment";
import type { WaitingView } from "./types";

const WORTH_TELLING_MS = 10_000;

/** "Waiting for Ana, 2 h, due 17:00": for whom or what, since when, until when. */
export function waitingSentence(waiting: WaitingView, now: number): string {
  return waitingParts(waiting, now).join(", ");
}

/** The same, part by part. */
export function waitingParts(waiting: WaitingView, now: number): [string, ...string[]] {
  const parts: [string, ...string[]] = [subject(waiting)];
  const span = waiting.since === null ? 0 : now - Date.parse(waiting.since);
  if (span >= WORTH_TELLING_MS) {
    parts.push(formatSpan(span));
  }
  if (waiting.until !== null) {
    parts.push(`${deadline(waiting, now)} ${formatMoment(waiting.until, now)}`);
  }
  return parts;
}

/** True when its time has passed. */
export function isOverdue(until: string | null, now: number): boolean {
  return until !== null && Date.parse(until) < now;
}

/** "Ana", "Ana or Ben", "Ana, Ben or Cleo". */
export function eitherOf(names: readonly string[]): string {
  const capital = names.map((name) => name.charAt(0).toUpperCase() + name.slice(1));
  const last = capital.at(-1) ?? "";
  return capital.length < 2 ? last : `${capital.slice(0, -1).join(", ")} or ${last}`;
}

function subject(waiting: WaitingView): string {
  if (waiting.kind === "human") {
    return `Waiting for ${eitherOf(waiting.for) || "a decision"}`;
  }
  if (waiting.kind === "signal") {
    return `Waiting for the signal ${waiting.for.map((name) => `“${name}”`).join(" or ")}`.trim();
  }
  if (waiting.kind === "run") {
    return `Waiting for the run of ${waiting.for.map((title) => `“${title}”`).join(" or ")}`.trim();
  }
  if (waiting.kind === "event" && waiting.for.length > 0) {
    return `Waiting for ${eitherOf(waiting.for.map((name) => `“${name}”`))}`;
  }
  return "Waiting";
}

function deadline(waiting: WaitingView, now: number): string {
  if (waiting.kind === "human") {
    return isOverdue(waiting.until, now) ? "overdue since" : "due";
  }
  return "until";
}
