import { useInfiniteQuery } from "@tanstack/react-query";
import { ListChecks, SearchX } from "lucide-react";
import { Link } from "wouter";
import { PageBody, PageHeader } from "@/app/PageHeader";
import { ConnectionNote } from "@/live/ConnectionNote";
import { LoadError } from "@/live/LoadError";
import { useMeConnection } from "@/live/useMeSocket";
import { Button } from "@/ui/Button";
import { EmptyState } from "@/ui/EmptyState";
import { SkeletonRows } from "@/ui/Skeleton";
import { runListQuery } from "./api";
import { hasFilters, NO_FILTERS } from "./filters";
import { RunFilterBar } from "./RunFilterBar";
import { RunColumnNames, RunRow } from "./RunRow";
import { useRunFilters } from "./useRunFilters";

/** All runs, narrowed by filters that live in the URL, and kept true while one looks. */
export default function RunListPage() {
  const [filters, changeFilters] = useRunFilters();
  const connection = useMeConnection();
  const query = useInfiniteQuery(runListQuery(filters));
  const runs = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PageHeader breadcrumb={[{ label: "Runs" }]} status={<ConnectionNote state={connection} />} />
      <PageBody className="max-w-7xl">
        <RunFilterBar filters={filters} onChange={changeFilters} />
        {query.isPending && <SkeletonRows count={8} />}
        {query.isError && runs.length === 0 && (
          <LoadError error={query.error} onRetry={() => query.refetch()} />
        )}
        {query.isSuccess && runs.length === 0 && (
          <NoRuns isFiltered={hasFilters(filters)} onClear={() => changeFilters(NO_FILTERS)} />
        )}
        {runs.length > 0 && (
          <>
            <div className="overflow-hidden rounded-xl border bg-card shadow-card">
              <RunColumnNames />
              <ul aria-label="Runs" aria-busy={query.isPlaceholderData}>
                {runs.map((run) => (
                  <RunRow key={run.id} run={run} />
                ))}
              </ul>
            </div>
            <div className="mt-4 flex justify-center">
              {query.hasNextPage ? (
                <Button isBusy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
                  Show older runs
                </Button>
              ) : (
                <p className="text-muted-foreground text-xs">
                  {runs.length === 1 ? "1 run" : `${runs.length} runs`}, all that there are
                </p>
              )}
            </div>
          </>
        )}
      </PageBody>
    </>
  );
}

function NoRuns({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  return isFiltered ? (
    <EmptyState
      icon={SearchX}
      title="No run matches these filters"
      action={<Button onClick={onClear}>Clear filters</Button>}
    >
      Take one away, or widen the dates.
    </EmptyState>
  ) : (
    <EmptyState
      icon={ListChecks}
      title="Nothing has run yet"
      action={
        <Button asChild variant="primary">
          <Link href="/workflows">Choose a workflow to run</Link>
        </Button>
      }
    >
      Every run of every workflow shows up here the moment it starts.
    </EmptyState>
  );
}
