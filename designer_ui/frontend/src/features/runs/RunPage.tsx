import { useQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { Link } from "wouter";
import { ApiError } from "@/api/problem";
import type { RunDetail } from "@/api/types";
import { PageBody, PageHeader } from "@/app/PageHeader";
import { LoadError } from "@/live/LoadError";
import { createRunStore } from "@/live/runStore";
import type { RunEvent } from "@/live/types";
import { useIsNarrow } from "@/live/useIsNarrow";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { SkeletonRows } from "@/ui/Skeleton";
import { runQuery } from "./api";
import { RunContext } from "./RunContext";
import { RunHead } from "./RunHead";
import { RunNarrow, RunWide } from "./RunLayout";
import { RunNotices } from "./RunNotice";
import { SignalDialog } from "./SignalDialog";
import { useNodeInUrl } from "./useNodeInUrl";
import { useRunCommands } from "./useRunCommands";

/** One run, as it is now and while it goes on. */
export default function RunPage({ runId }: { runId: string }) {
  const query = useQuery({ ...runQuery(runId), refetchOnWindowFocus: false });
  if (query.data) {
    const { version } = query.data;
    return <FollowedRun key={version} run={query.data} onMoved={() => query.refetch()} />;
  }
  return (
    <>
      <PageHeader breadcrumb={[{ label: "Runs", href: "/runs" }, { label: "Run" }]} />
      <PageBody>
        {query.isPending ? (
          <SkeletonRows count={5} />
        ) : (
          <NotShown error={query.error} onRetry={() => query.refetch()} />
        )}
      </PageBody>
    </>
  );
}

function NotShown({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (!(error instanceof ApiError) || error.status !== 404) {
    return <LoadError error={error} onRetry={onRetry} />;
  }
  return (
    <EmptyState
      icon={SearchX}
      title="There is no such run"
      action={
        <Button asChild variant="primary">
          <Link href="/runs">To the runs</Link>
        </Button>
      }
    >
      The link may be mistyped, or the run is past its keeping time.
    </EmptyState>
  );
}

interface FollowedRunProps {
  run: RunDetail;
  /** The run is on another version now, which is drawn in another way. */
  onMoved: () => void;
}

function FollowedRun({ run, onMoved }: FollowedRunProps) {
  const [store] = useState(() => createRunStore(run));
  const [node, setNode] = useNodeInUrl();
  const [signal, setSignal] = useState<string | null>(null);
  const isNarrow = useIsNarrow();
  const closeNode = useCallback(() => setNode(null), [setNode]);
  useRunCommands(run, node !== null, closeNode);
  useEffect(() => store.follow(), [store]);
  useEffect(
    () =>
      store.subscribe(({ journal }, { journal: before }) => {
        if (journal !== before && movesIn(journal) > movesIn(before)) {
          onMoved();
        }
      }),
    [store, onMoved],
  );
  const Layout = isNarrow ? RunNarrow : RunWide;
  return (
    <RunContext.Provider value={store}>
      <RunHead run={run} />
      {!(isNarrow && node) && (
        <RunNotices
          run={run}
          onShowNode={(nodeId) => setNode({ nodeId, visit: null })}
          onSignal={setSignal}
        />
      )}
      <Layout run={run} node={node} onNode={setNode} />
      {signal !== null && (
        <SignalDialog runId={run.id} name={signal} onClose={() => setSignal(null)} />
      )}
    </RunContext.Provider>
  );
}

function movesIn(journal: readonly RunEvent[]): number {
  return journal.filter(({ type }) => type === "run.migrated").length;
}
