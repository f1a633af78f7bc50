import type { RunEvent } from "@/live/types";
import { eitherOf } from "@/live/waiting";
import { formatDuration } from "@/ui/time";

type TitleOf = (nodeId: string) => string;
type Words = (event: RunEvent, titleOf: TitleOf) => string;

const WORDS: Readonly<Record<string, Words>> = {
  "run.started": () => "The run started",
  "run.waiting": () => "The run waits",
  "run.running": () => "The run goes on",
  "run.paused": () => "The run was paused",
  "run.resumed": () => "The run was resumed",
  "run.timed_out": () => "The run ran out of time",
  "run.reservation_expired": () => "The reservations took too long",
  "run.compensating": (event) => withReason("The run is being undone", messageOf(event.data.error)),
  "run.compensated": () => "The run was undone",
  "run.needs_attention": () => "The run needs attention",
  "run.migrated": (event) =>
    `The run moved from version ${String(event.data.from)} to version ${String(event.data.to)}`,
  "run.cancel_requested": (event) => withReason("Cancelling was asked for", event.data.reason),
  "run.succeeded": () => "The run succeeded",
  "run.failed": (event) => withReason("The run failed", messageOf(event.data.error)),
  "run.cancelled": () => "The run was cancelled",
  "node.queued": (event) =>
    attemptOf(event) > 1 ? `queued, attempt ${attemptOf(event)}` : "queued",
  "node.held": () => "held back while the run is paused",
  "node.started": (event) =>
    attemptOf(event) > 1 ? `started, attempt ${attemptOf(event)}` : "started",
  "node.waiting": (event) => waitsFor(event),
  "node.resumed": () => "goes on, now that it has its answer",
  "node.retrying": (event) =>
    withReason(
      `attempt ${attemptOf(event)} failed, tries again${delayOf(event)}`,
      messageOf(event.data.error),
    ),
  "node.succeeded": (event) => withPorts("succeeded", event),
  "node.failed": (event) => withReason("failed", messageOf(event.data.error)),
  "node.skipped": () => "skipped",
  "node.cancelled": () => "cancelled",
  "node.compensated": () => "undone",
  "node.gave_up": (event) => withReason("gave up", messageOf(event.data.error)),
  "attention.resolved": (event) =>
    withReason(`${choiceOf(event)} by ${String(event.data.by || "somebody")}`, event.data.note),
  "node.timed_out": () => "ran out of time",
  "node.lost": () => "lost its worker",
  "node.reused": () => "took its result from the earlier run",
  "node.memoized": () => "took the result of the same work done before",
  "node.progress": (event) => progressOf(event),
  "loop.taken": (event) => `goes round again, turn ${String(event.data.iteration ?? "")}`,
  "signal.received": (event) => `The signal “${String(event.data.name ?? "")}” arrived`,
  "transition.taken": (event, titleOf) => transitionOf(event, titleOf),
  "event.ignored": (event) =>
    `The event “${String(event.data.name ?? "")}” led nowhere: no transition was for it, or its condition did not hold`,
  "delay.ended": (event, titleOf) => `The delay of “${titleOf(String(event.data.timer))}” is over`,
  "human.claimed": (event) => `claimed by ${String(event.data.by ?? "somebody")}`,
  "human.released": (event) => `given back by ${String(event.data.by ?? "somebody")}`,
  "human.decided": (event) =>
    `decided by ${String(event.data.by ?? "somebody")}: ${String(event.data.outcome ?? "")}`,
};

/** A fact of the journal as a sentence; facts about a node leave its title to the reader's eye. */
export function journalText(event: RunEvent, titleOf: TitleOf = (nodeId) => nodeId): string {
  return WORDS[event.type]?.(event, titleOf) ?? event.type.replace(/[._]/g, " ");
}

function attemptOf(event: RunEvent): number {
  return typeof event.data.attempt === "number" ? event.data.attempt : 1;
}

function withReason(words: string, reason: unknown): string {
  return typeof reason === "string" && reason !== "" ? `${words}: ${reason}` : words;
}

function choiceOf(event: RunEvent): string {
  switch (event.data.choice) {
    case "retry":
      return "tried again";
    case "skip":
      return "left out";
    default:
      return "resolved by hand";
  }
}

function withPorts(words: string, event: RunEvent): string {
  const { ports } = event.data;
  const named = Array.isArray(ports) ? ports.filter((port) => port !== "out") : [];
  return named.length > 0 ? `${words}, leaves through ${named.join(", ")}` : words;
}

function messageOf(error: unknown): unknown {
  return typeof error === "object" && error !== null
    ? (error as { message?: unknown }).message
    : undefined;
}

function waitsFor(event: RunEvent): string {
  const names = Array.isArray(event.data.for) ? event.data.for.map(String) : [];
  if (event.data.kind === "human") {
    return `waits for ${eitherOf(names) || "a decision"}`;
  }
  if (event.data.kind === "run") {
    return `waits for the run of ${names.join(", ")}`;
  }
  if (event.data.kind === "event") {
    return names.length > 0 ? `is active, takes ${names.join(", ")}` : "is active";
  }
  return event.data.kind === "signal"
    ? `waits for the signal ${names.join(", ")}`
    : "waits for the time";
}

function transitionOf(event: RunEvent, titleOf: TitleOf): string {
  const { targets, event: name } = event.data;
  const places = Array.isArray(targets) ? targets.map((id) => `“${titleOf(String(id))}”`) : [];
  const way = places.length > 0 ? `goes on to ${places.join(" and ")}` : "stays, and acts";
  return typeof name === "string" ? `${way}, on the event “${name}”` : way;
}

function delayOf(event: RunEvent): string {
  const { retry_at: retryAt } = event.data;
  return typeof retryAt === "string"
    ? ` in ${formatDuration((Date.parse(retryAt) - Date.parse(event.at)) / 1000)}`
    : "";
}

function progressOf(event: RunEvent): string {
  const { done, total, text } = event.data;
  const share = typeof total === "number" ? `${String(done)} of ${total}` : String(done ?? "");
  return [share, text].filter((part) => typeof part === "string" && part !== "").join(" ");
}
