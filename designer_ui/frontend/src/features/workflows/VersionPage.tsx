import { useQuery } from "@tanstack/react-query";
import { ListChecks, PencilLine } from "lucide-react";
import { Link } from "wouter";
import { workflowQuery } from "@/api/queries";
import type { Version } from "@/api/types";
import { PageBody, PageHeader } from "@/app/PageHeader";
import { RunDiagram } from "@/features/runs/RunDiagram";
import { LoadError } from "@/live/LoadError";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { cn } from "@/ui/cn";
import { RelativeTime } from "@/ui/RelativeTime";
import { SkeletonRows } from "@/ui/Skeleton";
import { versionListQuery, versionQuery } from "./api";
import { VersionChanges } from "./VersionChanges";

interface VersionPageProps {
  workflowId: string;
  number: number;
}

/** One published version as it was drawn, beside the list of all versions. */
export default function VersionPage({ workflowId, number }: VersionPageProps) {
  const workflow = useQuery(workflowQuery(workflowId));
  const version = useQuery(versionQuery(workflowId, number));
  const title = workflow.data?.title ?? "Workflow";
  return (
    <>
      <PageHeader
        breadcrumb={[
          { label: "Workflows", href: "/workflows" },
          { label: title, href: `/workflows/${workflowId}` },
          { label: `Version ${number}` },
        ]}
        status={<Badge>Read only</Badge>}
        actions={
          <>
            <Button asChild>
              <Link href={`/runs?workflow=${workflowId}&version=${number}`}>
                <ListChecks aria-hidden /> Its runs
              </Link>
            </Button>
            <Button asChild>
              <Link href={`/workflows/${workflowId}`}>
                <PencilLine aria-hidden /> Open the draft
              </Link>
            </Button>
          </>
        }
      />
      {version.isError && !version.data ? (
        <PageBody>
          <LoadError error={version.error} onRetry={() => version.refetch()} />
        </PageBody>
      ) : (
        <div className="flex min-h-0 flex-1 flex-col-reverse md:flex-row">
          <VersionList workflowId={workflowId} current={number} />
          <div className="relative min-h-0 min-w-0 flex-1">
            {version.data ? (
              <RunDiagram
                key={number}
                label={`Diagram of ${title}, version ${number}`}
                canvas={version.data.canvas}
              />
            ) : (
              <SkeletonRows className="p-6" />
            )}
          </div>
          <VersionChanges key={number} workflowId={workflowId} number={number} />
        </div>
      )}
    </>
  );
}

function VersionList({ workflowId, current }: { workflowId: string; current: number }) {
  const query = useQuery(versionListQuery(workflowId));
  return (
    <nav
      aria-label="Versions"
      className="scroll-thin max-h-[38%] shrink-0 overflow-y-auto border-t bg-card p-2 md:max-h-none md:w-72 md:border-t-0 md:border-r"
    >
      <h2 className="px-2 pt-1 pb-2 font-semibold text-[13px]">Versions</h2>
      {query.isPending && <SkeletonRows count={3} />}
      {query.isError && <LoadError error={query.error} onRetry={() => query.refetch()} />}
      <ul className="space-y-0.5">
        {query.data?.items.map((version) => (
          <li key={version.id}>
            <VersionLink
              workflowId={workflowId}
              version={version}
              isCurrent={version.number === current}
            />
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface VersionLinkProps {
  workflowId: string;
  version: Version;
  isCurrent: boolean;
}

function VersionLink({ workflowId, version, isCurrent }: VersionLinkProps) {
  return (
    <Link
      href={`/workflows/${workflowId}/versions/${version.number}`}
      aria-current={isCurrent ? "page" : undefined}
      className={cn(
        "block rounded-lg px-2.5 py-2 text-[13px] hover:bg-accent",
        isCurrent && "bg-primary-soft hover:bg-primary-soft",
      )}
    >
      <span className="flex items-baseline justify-between gap-2">
        <span className="font-medium">Version {version.number}</span>
        <code className="font-mono text-[11px] text-muted-foreground">
          {version.hash.slice(0, 8)}
        </code>
      </span>
      {version.note && <span className="block">{version.note}</span>}
      <span className="block text-muted-foreground text-xs">
        {version.published_by ?? "Somebody"}, <RelativeTime at={version.published_at} />
      </span>
    </Link>
  );
}
