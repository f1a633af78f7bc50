import { CircleCheck, CircleMinus, CircleX, type LucideIcon } from "lucide-react";
import { Link } from "wouter";
import type { DecisionView, HumanTaskDetail } from "@/api/types";
import { DataTree } from "@/features/runs/DataTree";
import { Button } from "@/ui/Button";
import { RelativeTime } from "@/ui/RelativeTime";

interface TaskOutcomeProps {
  task: HumanTaskDetail;
  /** True right after the person decided here. */
  isFresh: boolean;
  nextTaskId: string | null;
}

/** What became of the task: who decided what and when, or why nobody needs to any more. */
export function TaskOutcome({ task, isFresh, nextTaskId }: TaskOutcomeProps) {
  const { decision } = task;
  return (
    <section aria-label="Decision" role="status" className="space-y-4">
      {decision ? (
        <Decided task={task} decision={decision} isFresh={isFresh} />
      ) : (
        <Notice
          icon={CircleMinus}
          token="--status-skipped"
          title={task.status === "expired" ? "The time to decide ran out" : "No longer needed"}
        >
          {task.status === "expired"
            ? "The workflow went on without a decision."
            : "The run was cancelled, or another path made this decision unnecessary."}
        </Notice>
      )}
      <div className="flex flex-wrap gap-2">
        {nextTaskId && isFresh && (
          <Button asChild variant="primary">
            <Link href={`/inbox/${nextTaskId}`}>Next task</Link>
          </Button>
        )}
        <Button asChild variant={nextTaskId && isFresh ? "secondary" : "primary"}>
          <Link href="/inbox">Back to the inbox</Link>
        </Button>
        <Button asChild>
          <Link href={`/runs/${task.run_id}`}>See the run</Link>
        </Button>
      </div>
    </section>
  );
}

interface DecidedProps {
  task: HumanTaskDetail;
  decision: DecisionView;
  isFresh: boolean;
}

function Decided({ task, decision, isFresh }: DecidedProps) {
  const style = task.outcomes.find((outcome) => outcome.id === decision.outcome)?.style;
  const isReject = style === "reject";
  return (
    <Notice
      icon={isReject ? CircleX : CircleCheck}
      token={isReject ? "--status-failed" : "--status-succeeded"}
      title={
        isFresh ? `Your decision is recorded: ${decision.label}` : `Decided: ${decision.label}`
      }
    >
      <p>
        {isFresh ? "By you" : `By ${decision.decided_by ?? "somebody"}`},{" "}
        <RelativeTime at={decision.decided_at} />
      </p>
      {decision.comment && (
        <blockquote className="mt-2 whitespace-pre-wrap border-l-2 pl-3 text-foreground">
          {decision.comment}
        </blockquote>
      )}
      {Object.keys(decision.data).length > 0 && (
        <div className="mt-2 text-foreground">
          <DataTree value={decision.data} label="What was filled in" />
        </div>
      )}
    </Notice>
  );
}

interface NoticeProps {
  icon: LucideIcon;
  token: string;
  title: string;
  children: React.ReactNode;
}

function Notice({ icon: Icon, token, title, children }: NoticeProps) {
  return (
    <div
      className="flex gap-3 rounded-lg border p-4"
      style={{
        borderColor: `color-mix(in oklab, var(${token}) 40%, transparent)`,
        background: `color-mix(in oklab, var(${token}) 7%, var(--card))`,
      }}
    >
      <Icon aria-hidden className="mt-0.5 size-5 shrink-0" style={{ color: `var(${token})` }} />
      <div className="min-w-0 flex-1 text-[13px] text-muted-foreground">
        <p className="font-semibold text-foreground text-sm">{title}</p>
        {children}
      </div>
    </div>
  );
}
