import { Link } from "wouter";
import type { RunSummary } from "@/api/types";
import { secondsBetween } from "@/live/moment";
import { useNow } from "@/live/now";
import { isClosed } from "@/live/types";
import { cn } from "@/ui/cn";
import { RelativeTime } from "@/ui/RelativeTime";
import { StatusBadge } from "@/ui/StatusBadge";
import { formatDuration } from "@/ui/time";
import { placeOf } from "./place";

const PLACE_STEP_MS = 60_000;

export const runColumns =
  "lg:grid-cols-[minmax(0,2.2fr)_8.5rem_minmax(0,2fr)_8.5rem_6.5rem] lg:items-center";

/** The names above the columns, on screens that have columns. */
export function RunColumnNames() {
  return (
    <div
      aria-hidden
      className={cn(
        "hidden h-9 gap-x-4 border-b px-4 font-medium text-muted-foreground text-xs lg:grid",
        runColumns,
      )}
    >
      <span>Workflow</span>
      <span>Status</span>
      <span>Where it is now</span>
      <span>Started</span>
      <span>Duration</span>
    </div>
  );
}

/** One run in a list: what it is, how it stands, where it is, how old, how long. */
export function RunRow({ run }: { run: RunSummary }) {
  const now = useNow(PLACE_STEP_MS);
  const place = placeOf(run, now);
  return (
    <li
      className={cn(
        "relative grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1.5 border-b px-4 py-2.5 text-[13px] transition-colors last:border-0 focus-within:bg-muted/60 hover:bg-muted/60",
        runColumns,
      )}
    >
      <div className="min-w-0">
        <Link
          href={`/runs/${run.id}`}
          className="flex min-w-0 gap-1.5 font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-md focus-visible:after:outline-2 focus-visible:after:outline-ring focus-visible:after:-outline-offset-2"
        >
          <span className="truncate">{run.workflow.title}</span>{" "}
          {run.business_key && (
            <span className="max-w-[60%] shrink-0 truncate text-muted-foreground">
              {run.business_key}
            </span>
          )}
        </Link>
        <p className="truncate text-muted-foreground text-xs">
          Version {run.version}
          {run.created_by && ` · by ${run.created_by}`}
          {run.is_test && " · test run"}
        </p>
      </div>
      <div className="min-w-0">
        <StatusBadge status={run.status} />
      </div>
      <p
        className={cn(
          "col-span-2 line-clamp-2 min-w-0 text-muted-foreground lg:col-span-1",
          run.status === "failed" && "text-status-failed",
        )}
        title={place}
      >
        {place || <span aria-hidden>–</span>}
      </p>
      <div className="text-muted-foreground">
        <RelativeTime at={run.started_at ?? run.created_at} />
      </div>
      <div className="text-right text-muted-foreground tabular lg:text-left">
        <RunDuration run={run} />
      </div>
    </li>
  );
}

function RunDuration({ run }: { run: RunSummary }) {
  const isOver = isClosed(run.status);
  const now = useNow(isOver ? 3_600_000 : 1_000);
  if (!run.started_at) {
    return <span>not started</span>;
  }
  return <span>{formatDuration(secondsBetween(run.started_at, run.finished_at, now))}</span>;
}
