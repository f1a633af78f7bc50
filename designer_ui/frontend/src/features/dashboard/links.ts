import type { RunStatus } from "@/live/types";

const HOUR_MS = 3_600_000;

/** The runs in a status, whenever they began. */
export function runsNow(status: RunStatus): string {
  return `/runs?${new URLSearchParams({ status })}`;
}

/** The runs that a figure over the last hours counts. */
export function runsSince(hours: number, now: number, status?: RunStatus): string {
  return runsFrom(new Date(now - hours * HOUR_MS), status);
}

/** The runs that were started on this day, by the clock that the server counts by. */
export function runsToday(now: number): string {
  const midnight = new Date(now);
  midnight.setUTCHours(0, 0, 0, 0);
  return runsFrom(midnight);
}

function runsFrom(moment: Date, status?: RunStatus): string {
  const query = new URLSearchParams({ created_after: moment.toISOString() });
  if (status) {
    query.set("status", status);
  }
  return `/runs?${query}`;
}
