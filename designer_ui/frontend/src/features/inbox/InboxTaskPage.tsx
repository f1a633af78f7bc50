import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Hand, Info, SearchX } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import type { HumanTaskDetail } from "@/api/types";
import { PageBody, PageHeader } from "@/app/PageHeader";
import { DataTree } from "@/features/runs/DataTree";
import { LoadError } from "@/live/LoadError";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { RelativeTime } from "@/ui/RelativeTime";
import { SkeletonRows } from "@/ui/Skeleton";
import { StatusBadge } from "@/ui/StatusBadge";
import { toastError } from "@/ui/toast";
import { claimTask, releaseTask, taskListQuery, taskQuery } from "./api";
import { DecideForm } from "./DecideForm";
import { DueNote } from "./DueNote";
import { TaskOutcome } from "./TaskOutcome";
import { TaskProgressCard } from "./TaskProgressCard";

/** One request to people: what is decided upon, the answer, and where the run stands. */
export default function InboxTaskPage({ humanTaskId }: { humanTaskId: string }) {
  const query = useQuery(taskQuery(humanTaskId));
  const [isFresh, setFresh] = useState(false);
  const client = useQueryClient();
  const task = query.data;
  const decided = (answered: HumanTaskDetail) => {
    setFresh(true);
    client.setQueryData(keys.humanTask(humanTaskId), answered);
    client.invalidateQueries({ queryKey: keys.humanTasks });
    client.invalidateQueries({ queryKey: keys.me });
  };
  return (
    <>
      <PageHeader
        breadcrumb={[{ label: "Inbox", href: "/inbox" }, { label: task?.heading ?? "Task" }]}
        status={task && <StatusBadge status={task.status} />}
      />
      <PageBody>
        {query.isPending && <SkeletonRows count={4} />}
        {query.isError && !task && <NotShown error={query.error} onRetry={() => query.refetch()} />}
        {task && (
          <div className="grid gap-4 lg:grid-cols-[minmax(0,1.35fr)_minmax(0,1fr)] lg:items-start">
            <div className="rounded-xl border bg-card shadow-card">
              <TaskHead task={task} />
              <div className="space-y-5 px-4 pt-4 sm:px-5">
                <TaskData task={task} />
                <TaskAnswer task={task} isFresh={isFresh} onDecided={decided} />
              </div>
            </div>
            <TaskProgressCard task={task} />
          </div>
        )}
      </PageBody>
    </>
  );
}

function NotShown({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 403)) {
    return <LoadError error={error} onRetry={onRetry} />;
  }
  return (
    <EmptyState
      icon={SearchX}
      title="There is nothing to decide here"
      action={
        <Button asChild variant="primary">
          <Link href="/inbox">To the inbox</Link>
        </Button>
      }
    >
      The link may be mistyped, or this was never meant for you.
    </EmptyState>
  );
}

function TaskHead({ task }: { task: HumanTaskDetail }) {
  return (
    <div className="border-b px-4 py-4 sm:px-5">
      <h2 className="text-balance font-semibold text-lg leading-snug">{task.heading}</h2>
      <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-[13px] text-muted-foreground">
        <span>
          {task.requested_by ? `Asked by ${task.requested_by}` : "Asked by the workflow"}{" "}
          <RelativeTime at={task.created_at} />
        </span>
        <span>
          {task.workflow.title}
          {task.business_key && ` · ${task.business_key}`}
        </span>
        {task.status === "open" && <DueNote dueAt={task.due_at} />}
      </p>
    </div>
  );
}

function TaskData({ task }: { task: HumanTaskDetail }) {
  const values = Object.fromEntries(task.data.map(({ label, value }) => [label, value]));
  return (
    <>
      {task.instructions && (
        <p className="whitespace-pre-wrap text-sm leading-relaxed">{task.instructions}</p>
      )}
      {task.data.length > 0 && (
        <section aria-label="What is decided upon">
          <DataTree value={values} label="What is decided upon" />
        </section>
      )}
    </>
  );
}

interface TaskAnswerProps {
  task: HumanTaskDetail;
  isFresh: boolean;
  onDecided: (task: HumanTaskDetail) => void;
}

function TaskAnswer({ task, isFresh, onDecided }: TaskAnswerProps) {
  const { data: mine } = useInfiniteQuery({
    ...taskListQuery("mine", ""),
    enabled: task.status !== "open",
  });
  if (task.status !== "open") {
    const next = mine?.pages[0]?.items.find(({ id }) => id !== task.id);
    return (
      <div className="pb-5">
        <TaskOutcome task={task} isFresh={isFresh} nextTaskId={next?.id ?? null} />
      </div>
    );
  }
  return (
    <>
      <ClaimLine task={task} />
      {task.may_decide ? (
        <DecideForm task={task} onDecided={onDecided} />
      ) : (
        <p className="flex gap-2 rounded-lg border bg-muted p-3 text-[13px] sm:mb-5">
          <Info aria-hidden className="mt-0.5 size-4 shrink-0 text-muted-foreground" />
          {task.may_not_reason ?? "You may not decide this."}
        </p>
      )}
    </>
  );
}

/** Who has taken the task on, and how to take it or give it back. */
function ClaimLine({ task }: { task: HumanTaskDetail }) {
  const client = useQueryClient();
  const changing = useMutation({
    mutationFn: (change: (id: string) => Promise<unknown>) => change(task.id),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.humanTask(task.id) }),
    onError: (error) => toastError(error),
  });
  const isMine = task.is_mine && task.claimed_by !== null;
  if (task.claimed_by === null && !task.may_decide) {
    return null;
  }
  return (
    <div className="flex items-center gap-2 text-[13px] text-muted-foreground">
      <Hand aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 sm:flex-none max-sm:flex-1">
        {isMine
          ? "You have claimed this."
          : task.claimed_by
            ? `Claimed by ${task.claimed_by}.`
            : "Nobody has claimed this; you may decide at once."}
      </span>
      {isMine && (
        <Button size="sm" isBusy={changing.isPending} onClick={() => changing.mutate(releaseTask)}>
          Release
        </Button>
      )}
      {task.claimed_by === null && (
        <Button size="sm" isBusy={changing.isPending} onClick={() => changing.mutate(claimTask)}>
          Claim
        </Button>
      )}
    </div>
  );
}
