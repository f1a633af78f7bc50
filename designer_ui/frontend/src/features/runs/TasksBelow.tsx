import { useQuery } from "@tanstack/react-query";
import { UserCheck } from "lucide-react";
import { Link } from "wouter";
import { Button } from "@/ui/Button";
import { familyQuery } from "./api";
import { Notice } from "./Notice";

const MOST_TASKS = 3;

/** What people have to decide in the runs that this one started, and those in turn. */
export function TasksBelow({ runId }: { runId: string }) {
  const { data } = useQuery(familyQuery(runId));
  const tasks = data?.open_tasks ?? [];
  const more = tasks.length - MOST_TASKS;
  return (
    <>
      {tasks.slice(0, MOST_TASKS).map((task) => (
        <Notice
          key={task.id}
          icon={UserCheck}
          token="--status-waiting"
          actions={
            <>
              <Button asChild size="sm">
                <Link href={`/runs/${task.run_id}`}>Open its run</Link>
              </Button>
              <Button asChild size="sm" variant="primary">
                <Link href={`/inbox/${task.id}`}>Decide</Link>
              </Button>
            </>
          }
        >
          <span className="font-medium">{task.workflow.title}:</span> “{task.heading}” waits for a
          decision
          {more > 0 && task === tasks[MOST_TASKS - 1] && ` (and ${more} more in runs below)`}
        </Notice>
      ))}
    </>
  );
}
