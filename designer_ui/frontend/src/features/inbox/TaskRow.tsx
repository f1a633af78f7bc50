import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Hand } from "lucide-react";
import { Link } from "wouter";
import { keys } from "@/api/queries";
import type { HumanTaskSummary } from "@/api/types";
import { summaryOf } from "@/features/runs/dataShape";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { RelativeTime } from "@/ui/RelativeTime";
import { toastError } from "@/ui/toast";
import { claimTask } from "./api";
import { DecisionNote } from "./DecisionNote";
import { DueNote } from "./DueNote";

const MOST_VALUES = 4;

/** One thing to decide: what it is about, the values that matter, who asked, how old, until when. */
export function TaskRow({ task, canClaim }: { task: HumanTaskSummary; canClaim: boolean }) {
  return (
    <li className="relative flex flex-col gap-2 border-b px-4 py-3.5 text-[13px] transition-colors last:border-0 focus-within:bg-muted/60 hover:bg-muted/60 sm:flex-row sm:items-center sm:gap-5">
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            href={`/inbox/${task.id}`}
            className="font-medium text-sm after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-md focus-visible:after:outline-2 focus-visible:after:outline-ring focus-visible:after:-outline-offset-2"
          >
            {task.heading}
          </Link>
          {task.status === "open" && task.claimed_by && (
            <Badge>
              <Hand aria-hidden className="size-3" /> Claimed by {task.claimed_by}
            </Badge>
          )}
        </div>
        {task.key_values.length > 0 && (
          <dl className="mt-1 flex flex-wrap gap-x-4 gap-y-0.5">
            {task.key_values.slice(0, MOST_VALUES).map(({ label, value }) => (
              <div key={label} className="flex min-w-0 gap-1.5">
                <dt className="shrink-0 text-muted-foreground">{label}</dt>
                <dd className="line-clamp-1 break-all">{summaryOf(value)}</dd>
              </div>
            ))}
          </dl>
        )}
        <p className="mt-1 text-muted-foreground text-xs">
          {task.requested_by ? `Asked by ${task.requested_by}` : "Asked by the workflow"}{" "}
          <RelativeTime at={task.created_at} /> · {task.workflow.title}
          {task.business_key && ` · ${task.business_key}`}
        </p>
      </div>
      <div className="flex shrink-0 items-center justify-between gap-4 sm:flex-col sm:items-end sm:gap-1.5">
        {task.status === "open" ? (
          <DueNote dueAt={task.due_at} className="text-muted-foreground text-xs" />
        ) : (
          <DecisionNote task={task} />
        )}
        {canClaim && task.status === "open" && <ClaimButton task={task} />}
      </div>
    </li>
  );
}

function ClaimButton({ task }: { task: HumanTaskSummary }) {
  const client = useQueryClient();
  const claiming = useMutation({
    mutationFn: () => claimTask(task.id),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.humanTasks }),
    onError: (error) => toastError(error, "This could not be claimed"),
  });
  return (
    <Button
      size="sm"
      className="relative z-10"
      isBusy={claiming.isPending}
      onClick={() => claiming.mutate()}
      aria-label={`Claim ${task.heading}`}
    >
      <Hand aria-hidden /> Claim
    </Button>
  );
}
