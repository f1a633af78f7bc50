import {
  CircleX,
  Clock,
  PauseCircle,
  Radio,
  Undo2,
  UserRoundCog,
  Workflow,
  Zap,
} from "lucide-react";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { usePermission } from "@/api/queries";
import type { RunDetail } from "@/api/types";
import { useNow } from "@/live/now";
import { isClosed, type NodeView } from "@/live/types";
import { waitingSentence } from "@/live/waiting";
import { Button } from "@/ui/Button";
import { AttentionDialog } from "./AttentionDialog";
import { titlesOf } from "./drawn";
import { MachineNotice } from "./MachineNotice";
import { Notice } from "./Notice";
import { RetryButton } from "./RetryButton";
import { useRun } from "./RunContext";
import { TasksBelow } from "./TasksBelow";

const MOST_NOTICES = 3;
const NOTICE_ICONS = { signal: Radio, run: Workflow, human: Clock, time: Clock, event: Zap };

interface RunNoticeProps {
  run: RunDetail;
  onShowNode: (nodeId: string) => void;
  onSignal: (name: string) => void;
}

/** What needs a person now, said first and with the way on: a failure, a decision, a signal, a pause. */
export function RunNotices({ run, onShowNode, onSignal }: RunNoticeProps) {
  const status = useRun((state) => state.run.status);
  const latest = useRun((state) => state.latest);
  const mayOperate = usePermission("operate_run");
  const nodes = Object.values(latest);
  const waiting = isClosed(status) ? [] : nodes.filter(needsAnswer);
  const titles = useMemo(() => titlesOf(run.canvas), [run.canvas]);
  const titleOf = (nodeId: string) => titles.get(nodeId) || nodeId;
  return (
    <>
      {status === "failed" && <FailureNotice titleOf={titleOf} onShowNode={onShowNode} />}
      {(status === "compensating" || status === "compensated") && <UndoNotice status={status} />}
      {nodes
        .filter((node) => node.status === "needs_attention")
        .map((node) => (
          <AttentionNotice
            key={`${node.node_id} ${node.visit}`}
            runId={run.id}
            node={node}
            title={titleOf(node.node_id)}
            mayOperate={mayOperate}
          />
        ))}
      {status === "paused" && (
        <Notice icon={PauseCircle} token="--status-waiting">
          This run is paused: what is under way goes on, and nothing new starts.
        </Notice>
      )}
      {run.machine && <MachineNotice run={run} titleOf={titleOf} />}
      {waiting.slice(0, MOST_NOTICES).map((node) => (
        <WaitingNotice
          key={`${node.node_id} ${node.visit}`}
          node={node}
          title={titleOf(node.node_id)}
          onShowNode={onShowNode}
          onSignal={mayOperate ? onSignal : null}
        />
      ))}
      <TasksBelow runId={run.id} />
    </>
  );
}

function needsAnswer(node: NodeView): boolean {
  return (
    node.status === "waiting" &&
    node.waiting !== null &&
    !["time", "event"].includes(node.waiting.kind)
  );
}

interface FailureNoticeProps {
  titleOf: (nodeId: string) => string;
  onShowNode: (nodeId: string) => void;
}

function FailureNotice({ titleOf, onShowNode }: FailureNoticeProps) {
  const runId = useRun((state) => state.run.id);
  const error = useRun((state) => state.run.error);
  const latest = useRun((state) => state.latest);
  const nodeId = error?.node_id ?? Object.values(latest).find(isFailed)?.node_id ?? null;
  const node = nodeId === null ? undefined : latest[nodeId];
  return (
    <Notice
      icon={CircleX}
      token="--status-failed"
      actions={
        nodeId !== null && (
          <>
            <Button size="sm" onClick={() => onShowNode(nodeId)}>
              Show the node
            </Button>
            {node && isFailed(node) && <RetryButton runId={runId} nodeId={nodeId} size="sm" />}
          </>
        )
      }
    >
      <span className="font-medium">{failureHeadline(node, titleOf)}</span> {error?.message}
    </Notice>
  );
}

/** What failed; an end can fail its run without having failed itself. */
function failureHeadline(node: NodeView | undefined, titleOf: (nodeId: string) => string): string {
  if (!node) {
    return "The run failed.";
  }
  const title = titleOf(node.node_id);
  if (!isFailed(node)) {
    return `The run ended as failed at “${title}”.`;
  }
  return node.attempt > 1
    ? `“${title}” failed after ${node.attempt} attempts.`
    : `“${title}” failed.`;
}

function isFailed(node: NodeView): boolean {
  return node.status === "failed";
}

function UndoNotice({ status }: { status: "compensating" | "compensated" }) {
  const error = useRun((state) => state.run.error);
  return (
    <Notice icon={Undo2} token="--status-compensated">
      <span className="font-medium">
        {status === "compensated" ? "This run was undone." : "This run is being undone."}
      </span>{" "}
      {error?.message}
    </Notice>
  );
}

interface AttentionNoticeProps {
  runId: string;
  node: NodeView;
  title: string;
  mayOperate: boolean;
}

function AttentionNotice({ runId, node, title, mayOperate }: AttentionNoticeProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Notice
      icon={UserRoundCog}
      token="--status-failed"
      actions={
        mayOperate && (
          <Button size="sm" variant="primary" onClick={() => setOpen(true)}>
            Choose how to go on
          </Button>
        )
      }
    >
      <span className="font-medium">“{title}” needs attention.</span> {node.error?.message}
      {isOpen && (
        <AttentionDialog runId={runId} node={node} title={title} onClose={() => setOpen(false)} />
      )}
    </Notice>
  );
}

interface WaitingNoticeProps {
  node: NodeView;
  title: string;
  onShowNode: (nodeId: string) => void;
  onSignal: ((name: string) => void) | null;
}

function WaitingNotice({ node, title, onShowNode, onSignal }: WaitingNoticeProps) {
  const now = useNow(15_000);
  const { waiting } = node;
  if (!waiting) {
    return null;
  }
  const [signal] = waiting.for;
  return (
    <Notice
      icon={NOTICE_ICONS[waiting.kind]}
      token="--status-waiting"
      actions={
        <>
          <Button size="sm" onClick={() => onShowNode(node.node_id)}>
            Show the node
          </Button>
          {waiting.human_task_id && (
            <Button asChild size="sm" variant="primary">
              <Link href={`/inbox/${waiting.human_task_id}`}>Decide</Link>
            </Button>
          )}
          {waiting.run_id && (
            <Button asChild size="sm">
              <Link href={`/runs/${waiting.run_id}`}>Open the run</Link>
            </Button>
          )}
          {waiting.kind === "signal" && signal && onSignal && (
            <Button size="sm" variant="primary" onClick={() => onSignal(signal)}>
              Send signal
            </Button>
          )}
        </>
      }
    >
      <span className="font-medium">{title}:</span> {waitingSentence(waiting, now)}
    </Notice>
  );
}
