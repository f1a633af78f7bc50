import { Link } from "wouter";
import type { WorkflowDuration } from "@/api/types";
import { formatDuration } from "@/ui/time";
import { durationScale } from "./throughput";

/** How long runs took, by workflow: the middle one, and the slow end. A table that draws itself. */
export function DurationCard({ durations }: { durations: readonly WorkflowDuration[] }) {
  const scale = durationScale(durations);
  return (
    <section
      aria-label="Duration by workflow"
      className="rounded-xl border bg-card p-4 shadow-card"
    >
      <h2 className="font-semibold text-sm">Duration by workflow</h2>
      <p className="mb-3 text-muted-foreground text-xs">
        Of succeeded runs: half took at most p50, 19 of 20 at most p95.
      </p>
      {durations.length === 0 ? (
        <p className="py-8 text-center text-[13px] text-muted-foreground">
          No run has succeeded in this time.
        </p>
      ) : (
        <table className="w-full table-fixed text-left text-[13px]">
          <thead className="text-muted-foreground text-xs">
            <tr>
              <th scope="col" className="pb-1.5 font-medium">
                Workflow
              </th>
              <th scope="col" className="hidden w-[34%] pb-1.5 font-medium sm:table-cell">
                <span className="sr-only">Drawn</span>
              </th>
              <th scope="col" className="w-21 pb-1.5 text-right font-medium">
                p50
              </th>
              <th scope="col" className="w-24 pb-1.5 pl-3 text-right font-medium">
                p95
              </th>
            </tr>
          </thead>
          <tbody>
            {durations.map((duration) => (
              <DurationRow key={duration.workflow.id} duration={duration} scale={scale} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

interface DurationRowProps {
  duration: WorkflowDuration;
  scale: (seconds: number) => number;
}

function DurationRow({ duration, scale }: DurationRowProps) {
  const { workflow, count, p50_seconds: p50, p95_seconds: p95 } = duration;
  return (
    <tr className="border-t">
      <td className="py-2 pr-3">
        <Link
          href={`/runs?workflow=${workflow.id}&status=succeeded`}
          className="block truncate font-medium hover:underline"
        >
          {workflow.title}
        </Link>
        <span className="text-muted-foreground text-xs">
          {count === 1 ? "1 run" : `${count.toLocaleString("en-GB")} runs`}
        </span>
      </td>
      <td className="hidden sm:table-cell">
        <span aria-hidden className="relative block h-3 rounded-sm bg-muted">
          <span
            className="absolute inset-y-0 left-0 rounded-sm bg-status-running/30"
            style={{ width: `${scale(p95) * 100}%` }}
          />
          <span
            className="absolute inset-y-0 left-0 min-w-0.5 rounded-sm bg-status-running"
            style={{ width: `${scale(p50) * 100}%` }}
          />
        </span>
      </td>
      <td className="whitespace-nowrap text-right tabular">{formatDuration(p50)}</td>
      <td className="whitespace-nowrap pl-3 text-right tabular">{formatDuration(p95)}</td>
    </tr>
  );
}
