import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useState } from "react";
import type { NodeDetail, RunDetail } from "@/api/types";
import { FamilyIcon } from "@/canvas/FamilyIcon";
import { typeTitleOf } from "@/canvas/fromApi";
import { LoadError } from "@/live/LoadError";
import { visitsOf } from "@/live/selectors";
import { isClosed, type NodeView, visitKey } from "@/live/types";
import { Select } from "@/ui/Field";
import { IconButton } from "@/ui/IconButton";
import { SkeletonRows } from "@/ui/Skeleton";
import { StatusBadge } from "@/ui/StatusBadge";
import { TabPanel, Tabs } from "@/ui/Tabs";
import { AttemptList, LogList } from "./AttemptList";
import { nodeRunQuery } from "./api";
import { ChildRuns } from "./ChildRuns";
import { DataCard } from "./DataCard";
import { drawnPart } from "./drawn";
import { ItemsSection } from "./items/ItemsSection";
import { NodeStanding } from "./NodeStanding";
import { useRun } from "./RunContext";
import { Transcript } from "./Transcript";

interface NodePanelProps {
  run: RunDetail;
  nodeId: string;
  /** The visit that was asked for; null means the newest. */
  visit: number | null;
  onVisit: (visit: number) => void;
  onClose: () => void;
}

/** All that is known of one node in this run. */
export function NodePanel({ run, nodeId, visit, onVisit, onClose }: NodePanelProps) {
  const view = useRun((state) => state.run);
  const newest = useRun((state) => state.latest[nodeId]);
  const asked = visit === null ? newest : view.nodes[visitKey(nodeId, visit)];
  const node = asked ?? newest;
  const drawn = drawnPart(run.canvas, nodeId);
  const visits = visitsOf(view, nodeId);
  const title = drawn?.title || nodeId;
  return (
    <section aria-label={`Node ${title}`} className="flex h-full min-h-0 flex-col bg-card">
      <header className="flex items-center gap-3 border-b px-4 py-3">
        {drawn && <FamilyIcon icon={drawn.icon} family={drawn.family} />}
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold text-sm">{title}</h2>
          <p className="truncate text-muted-foreground text-xs">
            {drawn && `${typeTitleOf(drawn.type)} · `}
            <code className="font-mono">{nodeId}</code>
          </p>
        </div>
        {visits.length > 1 && node && (
          <Select
            aria-label="Visit"
            className="w-28"
            value={String(node.visit)}
            onValueChange={(value) => onVisit(Number(value))}
            options={visits.map((each) => ({
              value: String(each.visit),
              label: `Visit ${each.visit}`,
            }))}
          />
        )}
        <IconButton label="Close the node" onClick={onClose}>
          <X />
        </IconButton>
      </header>
      {node ? (
        <VisitBody key={visitKey(nodeId, node.visit)} run={run} node={node} />
      ) : (
        <p className="p-4 text-[13px] text-muted-foreground">
          {isClosed(view.status)
            ? "The run ended before it came here."
            : "The run has not come here yet."}
        </p>
      )}
    </section>
  );
}

type PanelTab = "transcript" | "output" | "input" | "attempts" | "logs";

function VisitBody({ run, node }: { run: RunDetail; node: NodeView }) {
  const hasItems = run.canvas.nodes.some(({ id, type }) => id === node.node_id && type === "map");
  const [tab, setTab] = useState<PanelTab>(node.status === "failed" ? "input" : "output");
  const detail = useQuery({
    ...nodeRunQuery(run.id, node.node_id, node.visit, standingKey(node)),
    refetchInterval: node.status === "running" ? 2_000 : false,
  });
  return (
    <div className="scroll-thin min-h-0 flex-1 overflow-y-auto">
      <div className="space-y-3 p-4">
        <StatusBadge status={node.status} />
        <NodeStanding runId={run.id} node={node} hasItems={hasItems} />
        {hasItems && <ItemsSection runId={run.id} node={node} />}
        <ChildRuns runId={run.id} node={node} />
      </div>
      <Tabs
        label="About the node"
        value={tab}
        onChange={setTab}
        tabs={[
          ...(detail.data?.type === "agent"
            ? [{ value: "transcript" as const, label: `Transcript ${detail.data.steps.length}` }]
            : []),
          { value: "output", label: "Output" },
          { value: "input", label: "Input" },
          { value: "attempts", label: `Attempts ${detail.data?.attempts.length ?? ""}` },
          { value: "logs", label: `Logs ${detail.data?.logs.length || ""}` },
        ]}
      >
        <TabPanel value={tab} className="p-4">
          {detail.isPending && <SkeletonRows count={3} />}
          {detail.isError && !detail.data && (
            <LoadError error={detail.error} onRetry={() => detail.refetch()} />
          )}
          {detail.data && <DetailPart tab={tab} detail={detail.data} node={node} />}
        </TabPanel>
      </Tabs>
    </div>
  );
}

function DetailPart({ tab, detail, node }: { tab: PanelTab; detail: NodeDetail; node: NodeView }) {
  switch (tab) {
    case "transcript":
      return <Transcript steps={detail.steps} />;
    case "output":
      return <DataCard title="Output" value={detail.output} nothing={nothingYet(node)} />;
    case "input":
      return <DataCard title="Input" value={detail.input} nothing="It was given no parameters." />;
    case "attempts":
      return <AttemptList attempts={detail.attempts} />;
    case "logs":
      return <LogList logs={detail.logs} />;
  }
}

function nothingYet(node: NodeView): string {
  switch (node.status) {
    case "succeeded":
    case "compensated":
      return "It gave nothing back.";
    case "skipped":
      return "It was skipped: no path led here.";
    case "failed":
    case "cancelled":
      return "It ended before it had a result.";
    default:
      return "Not there yet.";
  }
}

/** Changes whenever there may be more to read about the visit. */
function standingKey(node: NodeView): string {
  return `${node.status} ${node.attempt} ${node.finished_at ?? ""}`;
}
