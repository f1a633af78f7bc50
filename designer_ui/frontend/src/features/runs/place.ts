import type { RunSummary } from "@/api/types";
import { formatMoment } from "@/live/moment";
import { isClosed } from "@/live/types";
import { eitherOf } from "@/live/waiting";

const MOST_NODES = 3;

/** Where a run is, for whom or what it waits, or what stopped it. Empty when there is nothing to say. */
export function placeOf(run: RunSummary, now: number): string {
  if (run.status === "failed" || run.status === "compensated") {
    return run.error?.message ?? "";
  }
  if (isClosed(run.status)) {
    return "";
  }
  const waiting = run.waiting_for.map((text) => waitingWords(text, now)).join(", ");
  return [currentNodes(run), waiting].filter(Boolean).join(": ");
}

function currentNodes(run: RunSummary): string {
  const titles = run.current.map((node) => node.title || node.node_id);
  const more = titles.length - MOST_NODES;
  const named = titles.slice(0, MOST_NODES).join(", ");
  return more > 0 ? `${named} and ${more} more` : named;
}

/** The API's short text, such as "Decision by ana, ben", as the end of a sentence. */
function waitingWords(text: string, now: number): string {
  const [, people] = /^Decision by (.+)$/.exec(text) ?? [];
  if (people) {
    return `waiting for ${eitherOf(people.split(", "))}`;
  }
  const [, signal] = /^Signal (.+)$/.exec(text) ?? [];
  if (signal) {
    return `waiting for the signal “${signal}”`;
  }
  const [, workflow] = /^Run of (.+)$/.exec(text) ?? [];
  if (workflow) {
    return `waiting for the run of “${workflow}”`;
  }
  const [, until] = /^Time, until (.+)$/.exec(text) ?? [];
  if (until && !Number.isNaN(Date.parse(until))) {
    return `waiting until ${formatMoment(until, now)}`;
  }
  return text === "Decision" ? "waiting for a decision" : `waiting for ${text}`;
}
