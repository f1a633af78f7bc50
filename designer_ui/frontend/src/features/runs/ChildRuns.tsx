import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { NodeView } from "@/live/types";
import { StatusBadge } from "@/ui/StatusBadge";
import { familyQuery } from "./api";

/** The runs that a visit of a node started: one for each attempt, usually a single one. */
export function ChildRuns({ runId, node }: { runId: string; node: NodeView }) {
  const { data } = useQuery(familyQuery(runId));
  const children = (data?.children ?? []).filter(
    (child) => child.node_id === node.node_id && child.visit === node.visit,
  );
  if (children.length === 0) {
    return null;
  }
  return (
    <ul aria-label="Runs that it started" className="divide-y rounded-lg border text-[13px]">
      {children.map((child) => (
        <li key={child.id} className="flex items-center gap-3 px-3 py-2">
          <Link
            href={`/runs/${child.id}`}
            className="min-w-0 flex-1 truncate text-primary hover:underline"
          >
            {child.workflow.title}
            {child.business_key && ` · ${child.business_key}`}
          </Link>
          {children.length > 1 && (
            <span className="text-muted-foreground text-xs">attempt {child.attempt}</span>
          )}
          <StatusBadge status={child.status} />
        </li>
      ))}
    </ul>
  );
}
