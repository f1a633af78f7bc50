import type { HumanTaskSummary } from "@/api/types";
import { RelativeTime } from "@/ui/RelativeTime";
import { StatusBadge } from "@/ui/StatusBadge";

/** Who decided what and when, or why nobody did. */
export function DecisionNote({ task }: { task: HumanTaskSummary }) {
  const { decision } = task;
  if (!decision) {
    return <StatusBadge status={task.status} />;
  }
  const style = task.outcomes.find((outcome) => outcome.id === decision.outcome)?.style;
  return (
    <div className="flex items-center gap-2 sm:flex-col sm:items-end sm:gap-1">
      <StatusBadge status={style === "reject" ? "failed" : "decided"}>{decision.label}</StatusBadge>
      <span className="text-muted-foreground text-xs">
        {decision.decided_by ?? "Somebody"}, <RelativeTime at={decision.decided_at} />
      </span>
    </div>
  );
}
