import { useQuery } from "@tanstack/react-query";
import { Download, ZapOff } from "lucide-react";
import type { BulkView } from "@/api/types";
import { uploadQuery } from "@/api/uploads";
import { useNow } from "@/live/now";
import { isActive, type NodeView } from "@/live/types";
import { Button } from "@/ui/Button";
import { cn } from "@/ui/cn";
import { ProgressBar } from "@/ui/ProgressBar";
import { itemsQuery, type LineFormat, linesUrl, type Outcome } from "./api";
import { FailureTable } from "./FailureTable";
import { breakerSentence, brokenSentence, itemsDone, paceOf } from "./itemsText";
import { RerunFailedButton } from "./RerunFailedButton";

const REFETCH_MS = 2_000;

/** The items of a map node: how far they are, what failed, and what can be taken home. */
export function ItemsSection({ runId, node }: { runId: string; node: NodeView }) {
  const standing = `${node.visit} ${node.status} ${node.attempt}`;
  const { data: bulk } = useQuery({
    ...itemsQuery(runId, node.node_id, standing),
    refetchInterval: isActive(node.status) ? REFETCH_MS : false,
  });
  // There are none before the node begins, nor where its result was taken over.
  if (!bulk) return null;
  if (bulk.visit !== node.visit) {
    return (
      <p className="text-[13px] text-muted-foreground">
        Its items are shown with the last visit, number {bulk.visit}.
      </p>
    );
  }
  return (
    <section aria-label="Items" className="space-y-3 rounded-lg border p-3">
      <div className="flex items-baseline justify-between gap-3">
        <h3 className="font-semibold text-[13px]">Items</h3>
        <Source bulk={bulk} />
      </div>
      <Progress bulk={bulk} node={node} />
      <Breaker bulk={bulk} />
      <Figures bulk={bulk} />
      {bulk.succeeded > 0 && <Downloads runId={runId} nodeId={node.node_id} outcome="results" />}
      {bulk.failed > 0 && (
        <>
          <Downloads runId={runId} nodeId={node.node_id} outcome="failures" />
          <FailureTable runId={runId} bulk={bulk} />
          <Retryable runId={runId} bulk={bulk} />
        </>
      )}
    </section>
  );
}

/** Where the items came from, in few words. */
function Source({ bulk }: { bulk: BulkView }) {
  const upload = useQuery({
    ...uploadQuery(bulk.upload_id ?? ""),
    enabled: bulk.upload_id !== null,
  });
  const words = {
    list: "from a list",
    upload: `from ${upload.data?.name ?? "a file"}`,
    failed: "that failed in an earlier run",
  };
  return (
    <span className="min-w-0 truncate text-muted-foreground text-xs">{words[bulk.source]}</span>
  );
}

function barColour({ status }: NodeView): string {
  if (isActive(status)) return "text-status-running";
  return status === "succeeded" ? "text-status-succeeded" : "text-status-failed";
}

function Progress({ bulk, node }: { bulk: BulkView; node: NodeView }) {
  const done = itemsDone(bulk, node.progress);
  const pace = paceOf(bulk, useNow());
  const total = bulk.is_total_known
    ? bulk.total.toLocaleString("en")
    : `at least ${bulk.total.toLocaleString("en")}`;
  return (
    <div className="space-y-1">
      <ProgressBar
        label="Items that are done"
        className={barColour(node)}
        value={bulk.is_total_known ? done : undefined}
        max={Math.max(bulk.total, 1)}
      />
      <p className="tabular flex flex-wrap justify-between gap-x-3 text-[13px]">
        <span>
          <span className="font-medium">{done.toLocaleString("en")}</span> of {total} done
        </span>
        {pace && <span className="text-muted-foreground">{pace}</span>}
      </p>
    </div>
  );
}

function Breaker({ bulk }: { bulk: BulkView }) {
  const sentence = breakerSentence(bulk, useNow());
  return (
    sentence && (
      <p
        role="status"
        className="flex gap-2 rounded-md border border-status-invalid/40 bg-status-invalid/5 p-2.5 text-[13px]"
      >
        <ZapOff aria-hidden className="mt-0.5 size-4 shrink-0 text-status-invalid" />
        {sentence}
      </p>
    )
  );
}

function Figures({ bulk }: { bulk: BulkView }) {
  const figures: [name: string, count: number, className?: string][] = [
    ["Succeeded", bulk.succeeded],
    // Of those that succeeded.
    ["Filtered out", bulk.filtered],
    ["Failed", bulk.failed, bulk.failed > 0 ? "text-status-failed" : undefined],
  ];
  return (
    <dl className="grid grid-cols-3 gap-2">
      {figures.map(([name, count, className]) => (
        <div key={name} className="rounded-md bg-muted px-2.5 py-1.5">
          <dt className="text-muted-foreground text-xs">{name}</dt>
          <dd className={cn("tabular font-semibold text-base", className)}>
            {count.toLocaleString("en")}
          </dd>
        </div>
      ))}
    </dl>
  );
}

const FORMATS: readonly [LineFormat, string][] = [
  ["jsonl", "JSON Lines"],
  ["csv", "CSV"],
];

interface DownloadsProps {
  runId: string;
  nodeId: string;
  outcome: Outcome;
}

function Downloads({ runId, nodeId, outcome }: DownloadsProps) {
  const title = outcome === "results" ? "Results" : "Failures";
  return (
    <div className="flex items-center justify-between gap-2">
      <span className="font-medium text-[13px]">{title}</span>
      <span className="flex gap-1.5">
        {FORMATS.map(([format, name]) => (
          <Button key={format} asChild size="sm">
            <a
              href={linesUrl(runId, nodeId, outcome, format)}
              download
              aria-label={`Download ${outcome} as ${name}`}
            >
              <Download aria-hidden /> {name}
            </a>
          </Button>
        ))}
      </span>
    </div>
  );
}

function Retryable({ runId, bulk }: { runId: string; bulk: BulkView }) {
  const broken = brokenSentence(bulk);
  return (
    <>
      {broken && <p className="text-muted-foreground text-xs">{broken}</p>}
      {bulk.retryable > 0 && <RerunFailedButton runId={runId} nodeId={bulk.node_id} />}
    </>
  );
}
