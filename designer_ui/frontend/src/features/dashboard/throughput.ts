import type { SeriesPoint } from "@/api/schema";

/** Columns for the chart: seconds, then succeeded, then succeeded and failed on top of each other, then started. */
export interface Throughput {
  readonly times: readonly number[];
  readonly succeeded: readonly number[];
  readonly finished: readonly number[];
  readonly started: readonly number[];
  readonly isEmpty: boolean;
}

export function throughputOf(series: readonly SeriesPoint[]): Throughput {
  return {
    times: series.map((point) => Date.parse(point.at) / 1000),
    succeeded: series.map((point) => point.succeeded),
    finished: series.map((point) => point.succeeded + point.failed),
    started: series.map((point) => point.started),
    isEmpty: series.every((point) => point.started + point.succeeded + point.failed === 0),
  };
}

/** Failed among the finished, as a whole percentage; null while nothing has finished. */
export function failureRate(totals: { succeeded: number; failed: number }): number | null {
  const finished = totals.succeeded + totals.failed;
  return finished === 0 ? null : Math.round((totals.failed / finished) * 100);
}

/** Where p50 and p95 lie on a scale that all workflows share, as shares of its width. */
export function durationScale(
  durations: readonly { p50_seconds: number; p95_seconds: number }[],
): (seconds: number) => number {
  const longest = Math.max(0.001, ...durations.map((duration) => duration.p95_seconds));
  const shortest = Math.max(
    0.001,
    Math.min(longest, ...durations.map((duration) => Math.max(duration.p50_seconds, 0.001))),
  );
  const isWide = longest / shortest > 50;
  return (seconds) => {
    const value = Math.min(Math.max(seconds, 0), longest);
    return isWide ? Math.log1p(value / shortest) / Math.log1p(longest / shortest) : value / longest;
  };
}
