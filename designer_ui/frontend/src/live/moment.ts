/** Moments and spans in words, short enough to stand in a sentence. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** One unit only: "moments", "45 s", "5 min", "2 h", "3 d". */
export function formatSpan(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span < 10 * SECOND) {
    return "moments";
  }
  if (span < MINUTE) {
    return `${Math.floor(span / SECOND)} s`;
  }
  if (span < HOUR) {
    return `${Math.floor(span / MINUTE)} min`;
  }
  return span < 2 * DAY ? `${Math.floor(span / HOUR)} h` : `${Math.floor(span / DAY)} d`;
}

/** "17:00" today, "tomorrow 17:00", "yesterday 17:00", else "24 Nov 17:00". */
export function formatMoment(moment: string, now: number): string {
  const at = new Date(moment);
  const clock = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return `${dayWord(at, new Date(now))}${clock}`;
}

/** Seconds between two moments; until `now` while the second is still to come. */
export function secondsBetween(from: string, to: string | null, now: number): number {
  return Math.max(0, (to === null ? now : Date.parse(to)) - Date.parse(from)) / SECOND;
}

function dayWord(at: Date, now: Date): string {
  const days = dayNumber(at) - dayNumber(now);
  if (days === 0) {
    return "";
  }
  if (Math.abs(days) === 1) {
    return days > 0 ? "tomorrow " : "yesterday ";
  }
  const year = at.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return `${at.toLocaleDateString("en-GB", { day: "numeric", month: "short", year })} `;
}

function dayNumber(date: Date): number {
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY);
}
