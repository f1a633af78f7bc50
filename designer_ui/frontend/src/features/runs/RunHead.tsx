import { useQuery } from "@tanstack/react-query";
import { GitCommitHorizontal, RotateCcw, Timer, User } from "lucide-react";
import { Link } from "wouter";
import type { RunDetail } from "@/api/types";
import { PageHeader } from "@/app/PageHeader";
import { ConnectionNote } from "@/live/ConnectionNote";
import { secondsBetween } from "@/live/moment";
import { useNow } from "@/live/now";
import { isClosed } from "@/live/types";
import { RelativeTime } from "@/ui/RelativeTime";
import { StatusBadge } from "@/ui/StatusBadge";
import { formatDuration } from "@/ui/time";
import { familyQuery } from "./api";
import { RunActions } from "./RunActions";
import { useRun } from "./RunContext";

/** What run this is, how it stands, and what can be done with it as a whole. */
export function RunHead({ run }: { run: RunDetail }) {
  const status = useRun((state) => state.run.status);
  const connection = useRun((state) => state.connection);
  const name = run.business_key || `Run ${run.id.slice(0, 8)}`;
  const ancestors = useAncestors(run);
  return (
    <>
      <PageHeader
        breadcrumb={[
          { label: "Runs", href: "/runs" },
          ...ancestors.map(({ id, workflow, business_key: key }) => ({
            label: key ? `${workflow.title} ${key}` : workflow.title,
            href: `/runs/${id}`,
          })),
          { label: run.workflow.title, href: `/runs?workflow=${run.workflow.id}` },
          { label: name },
        ]}
        status={
          <>
            <span role="status" aria-label="Status of the run">
              <StatusBadge status={status} />
            </span>
            <ConnectionNote state={connection} />
          </>
        }
        actions={<RunActions />}
      />
      <RunFacts run={run} />
    </>
  );
}

/** The runs that led to this one; they never change. */
function useAncestors(run: RunDetail) {
  const { data } = useQuery({ ...familyQuery(run.id), enabled: run.parent_id !== null });
  return data?.ancestors ?? [];
}

function RunFacts({ run }: { run: RunDetail }) {
  const status = useRun((state) => state.run.status);
  const startedAt = useRun((state) => state.run.started_at);
  const finishedAt = useRun((state) => state.run.finished_at);
  const now = useNow(isClosed(status) ? 3_600_000 : 1_000);
  return (
    <ul
      aria-label="About this run"
      className="flex flex-wrap items-center gap-x-5 gap-y-1 border-b bg-card px-4 py-1.5 text-muted-foreground text-xs [&_svg]:size-3.5 [&>li]:flex [&>li]:items-center [&>li]:gap-1.5"
    >
      <li>
        <GitCommitHorizontal aria-hidden />
        <Link href={`/workflows/${run.workflow.id}`} className="text-primary hover:underline">
          {run.workflow.title}
        </Link>
        <Link
          href={`/workflows/${run.workflow.id}/versions/${run.version}`}
          className="hover:text-foreground hover:underline"
        >
          version {run.version}
        </Link>
      </li>
      <li>
        <User aria-hidden />
        {run.created_by ?? "Started by itself"}, <RelativeTime at={startedAt ?? run.created_at} />
      </li>
      {startedAt && (
        <li className="tabular">
          <Timer aria-hidden />
          {isClosed(status) ? "took" : "for"}{" "}
          {formatDuration(secondsBetween(startedAt, finishedAt, now))}
        </li>
      )}
      {run.rerun_of && (
        <li>
          <RotateCcw aria-hidden />
          <Link href={`/runs/${run.rerun_of}`} className="text-primary hover:underline">
            Retry of an earlier run
          </Link>
        </li>
      )}
    </ul>
  );
}
