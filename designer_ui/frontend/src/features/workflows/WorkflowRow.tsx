import { Link } from "wouter";
import type { WorkflowSummary } from "@/api/types";
import { Badge } from "@/ui/Badge";
import { cn } from "@/ui/cn";
import { RelativeTime } from "@/ui/RelativeTime";
import { StatusBadge } from "@/ui/StatusBadge";
import { kindLabel } from "./api";
import { WorkflowMenu } from "./WorkflowMenu";

export const workflowColumns =
  "lg:grid-cols-[minmax(0,2.4fr)_minmax(0,1.2fr)_9.5rem_8.5rem_7rem_2.25rem] lg:items-center";

export function WorkflowColumnNames() {
  return (
    <div
      aria-hidden
      className={cn(
        "hidden h-9 gap-x-4 border-b px-4 font-medium text-muted-foreground text-xs lg:grid",
        workflowColumns,
      )}
    >
      <span>Title</span>
      <span>Version</span>
      <span>Last run</span>
      <span>Updated</span>
      <span>Created</span>
    </div>
  );
}

/** One workflow in the list. The whole row leads to the designer; the last run leads to itself. */
export function WorkflowRow({ workflow }: { workflow: WorkflowSummary }) {
  const { last_run: lastRun } = workflow;
  return (
    <li
      className={cn(
        "relative grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1.5 border-b px-4 py-3 text-[13px] transition-colors last:border-0 focus-within:bg-muted/60 hover:bg-muted/60",
        workflowColumns,
      )}
    >
      <div className="min-w-0">
        <div className="flex min-w-0 items-center gap-2">
          <Link
            href={`/workflows/${workflow.id}`}
            className="truncate font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-md focus-visible:after:outline-2 focus-visible:after:outline-ring focus-visible:after:-outline-offset-2"
          >
            {workflow.title}
          </Link>
          <Badge className="shrink-0">{kindLabel(workflow.kind)}</Badge>
        </div>
        {workflow.description && (
          <p className="mt-0.5 truncate text-muted-foreground text-xs">{workflow.description}</p>
        )}
      </div>
      <div className="-my-1.5 relative z-10 justify-self-end lg:order-last">
        <WorkflowMenu workflow={workflow} />
      </div>
      <p className="text-muted-foreground">{publication(workflow)}</p>
      <div className="relative z-10 justify-self-end lg:justify-self-start">
        {lastRun ? (
          <Link
            href={`/runs/${lastRun.id}`}
            aria-label={`Last run of ${workflow.title}: ${lastRun.status}`}
            className="inline-flex rounded-full"
          >
            <StatusBadge status={lastRun.status} className="hover:bg-accent" />
          </Link>
        ) : (
          <span className="text-muted-foreground">not run yet</span>
        )}
      </div>
      <p className="truncate text-muted-foreground" title={`By ${workflow.updated_by ?? "nobody"}`}>
        <span className="lg:sr-only">Updated </span>
        <RelativeTime at={workflow.updated_at} />
      </p>
      <p className="hidden text-muted-foreground lg:block">
        <RelativeTime at={workflow.created_at} />
      </p>
    </li>
  );
}

function publication(workflow: WorkflowSummary): string {
  if (workflow.latest_version === null) {
    return "Draft, never published";
  }
  const version = `Version ${workflow.latest_version}`;
  return workflow.has_unpublished_changes ? `${version}, unpublished changes` : version;
}
