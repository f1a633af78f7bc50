import { Link } from "wouter";
import { secondsBetween } from "@/live/moment";
import { useNow } from "@/live/now";
import { isActive, type NodeView } from "@/live/types";
import { waitingSentence } from "@/live/waiting";
import { Button } from "@/ui/Button";
import { ProgressBar } from "@/ui/ProgressBar";
import { RelativeTime } from "@/ui/RelativeTime";
import { formatDuration } from "@/ui/time";
import { progressOf } from "./nodeStatus";
import { RetryButton } from "./RetryButton";

interface NodeStandingProps {
  runId: string;
  node: NodeView;
  /** Its progress is told with its items. */
  hasItems: boolean;
}

/** How a visit stands, in sentences, with what can be done about it. */
export function NodeStanding({ runId, node, hasItems }: NodeStandingProps) {
  const now = useNow(isActive(node.status) ? 1_000 : 60_000);
  return (
    <>
      {node.waiting && (
        <div className="space-y-2.5">
          <p className="font-medium text-sm">{waitingSentence(node.waiting, now)}</p>
          {node.waiting.human_task_id && (
            <Button asChild variant="primary">
              <Link href={`/inbox/${node.waiting.human_task_id}`}>Decide</Link>
            </Button>
          )}
        </div>
      )}
      {node.error && <Failure runId={runId} node={node} />}
      {node.progress && !hasItems && <Progress node={node} />}
      <Times node={node} now={now} />
    </>
  );
}

function Failure({ runId, node }: { runId: string; node: NodeView }) {
  const isOver = node.status === "failed";
  return (
    <div className="rounded-lg border border-status-failed/40 bg-status-failed/5 p-3">
      <p className="break-words text-sm">{node.error?.message || "It failed without a message."}</p>
      <p className="mt-1 text-muted-foreground text-xs">
        {node.error?.type} ·{" "}
        {isOver
          ? node.attempt === 1
            ? "after 1 attempt"
            : `after ${node.attempt} attempts`
          : `attempt ${node.attempt} failed`}
      </p>
      {isOver && (
        <div className="mt-3">
          <RetryButton runId={runId} nodeId={node.node_id} size="sm" />
        </div>
      )}
    </div>
  );
}

function Progress({ node }: { node: NodeView }) {
  const { progress } = node;
  return progress ? (
    <div className="space-y-1">
      <p className="text-[13px]">{progressOf(node)}</p>
      {progress.total !== null && progress.total > 0 && (
        <ProgressBar label="Progress" value={progress.done} max={progress.total} />
      )}
    </div>
  ) : null;
}

function Times({ node, now }: { node: NodeView; now: number }) {
  const took =
    node.started_at && formatDuration(secondsBetween(node.started_at, node.finished_at, now));
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-[13px]">
      {node.started_at && (
        <>
          <dt className="text-muted-foreground">Started</dt>
          <dd>
            <RelativeTime at={node.started_at} />
          </dd>
        </>
      )}
      {node.finished_at && (
        <>
          <dt className="text-muted-foreground">Finished</dt>
          <dd>
            <RelativeTime at={node.finished_at} />
          </dd>
        </>
      )}
      {took && (
        <>
          <dt className="text-muted-foreground">{node.finished_at ? "Took" : "For"}</dt>
          <dd className="tabular">{took}</dd>
        </>
      )}
      {node.ports.length > 0 && (
        <>
          <dt className="text-muted-foreground">Left through</dt>
          <dd>{node.ports.join(", ")}</dd>
        </>
      )}
      {node.is_reused && (
        <>
          <dt className="text-muted-foreground">Result</dt>
          <dd>taken over from earlier work</dd>
        </>
      )}
    </dl>
  );
}
