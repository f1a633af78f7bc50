import { useEffect, useState } from "react";
import type { RunDetail } from "@/api/types";
import { LoadError } from "@/live/LoadError";
import type { RunEvent } from "@/live/types";
import { Button } from "@/ui/Button";
import { SkeletonRows } from "@/ui/Skeleton";
import { formatExact } from "@/ui/time";
import { readJournal } from "./api";
import { titlesOf } from "./drawn";
import { journalText } from "./journalText";
import { useRun, useRunStore } from "./RunContext";

const PAGE = 200;

interface RunJournalProps {
  run: RunDetail;
  onSelect: (nodeId: string, visit: number) => void;
}

/** Every fact of the run, the newest first. */
export function RunJournal({ run, onSelect }: RunJournalProps) {
  const { isComplete, error, retry } = useWholeJournal(run.id);
  const journal = useRun((state) => state.journal);
  const [shown, setShown] = useState(PAGE);
  const titles = titlesOf(run.canvas);
  if (error) {
    return <LoadError error={error} onRetry={retry} className="[&>div]:py-6" />;
  }
  if (!isComplete) {
    return <SkeletonRows count={4} className="p-4" />;
  }
  const events = journal.slice(-shown).reverse();
  return (
    <div className="pb-3">
      <ol aria-label="Journal">
        {events.map((event) => (
          <li
            key={event.seq}
            className="grid grid-cols-[2.25rem_6.5rem_minmax(0,1fr)] gap-x-2 px-4 py-1 text-[13px] hover:bg-muted"
          >
            <span className="text-right text-muted-foreground text-xs leading-5 tabular">
              {event.seq}
            </span>
            <time
              dateTime={event.at}
              title={formatExact(new Date(event.at))}
              className="font-mono text-muted-foreground text-xs leading-5"
            >
              {clockOf(event.at)}
            </time>
            <Fact event={event} titles={titles} onSelect={onSelect} />
          </li>
        ))}
      </ol>
      {journal.length > shown && (
        <div className="px-4 pt-2">
          <Button size="sm" onClick={() => setShown(shown + PAGE)}>
            Show earlier events
          </Button>
        </div>
      )}
    </div>
  );
}

interface FactProps {
  event: RunEvent;
  titles: ReadonlyMap<string, string>;
  onSelect: (nodeId: string, visit: number) => void;
}

function Fact({ event, titles, onSelect }: FactProps) {
  const { node_id: nodeId } = event;
  return (
    <span className="min-w-0 break-words">
      {nodeId && (
        <>
          <button
            type="button"
            className="font-medium hover:underline"
            onClick={() => onSelect(nodeId, event.visit ?? 1)}
          >
            {titles.get(nodeId) || nodeId}
          </button>{" "}
        </>
      )}
      {journalText(event, (id) => titles.get(id) || id)}
    </span>
  );
}

/** Reads what happened before this page was opened; what happens now arrives by itself. */
function useWholeJournal(runId: string) {
  const store = useRunStore();
  const from = useRun((state) => state.journalFrom);
  const isLive = useRun((state) => state.connection.kind === "live");
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt reads again
  useEffect(() => {
    if (from === 0) {
      return;
    }
    let isCurrent = true;
    readJournal(runId, from)
      .then((events) => isCurrent && store.addHistory(events))
      .catch((failure: unknown) => isCurrent && setError(failure));
    return () => {
      isCurrent = false;
    };
  }, [runId, from, store, attempt]);
  const retry = () => {
    setError(null);
    setAttempt(attempt + 1);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only that the connection is back counts
  useEffect(() => {
    if (isLive && error !== null) {
      retry();
    }
  }, [isLive]);
  return { isComplete: from === 0, error, retry };
}

function clockOf(moment: string): string {
  return new Date(moment).toLocaleTimeString("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
  });
}
