import { useQuery } from "@tanstack/react-query";
import { useLocation, useSearch } from "wouter";
import type { Dashboard } from "@/api/types";
import { PageBody, PageHeader } from "@/app/PageHeader";
import { ConnectionNote } from "@/live/ConnectionNote";
import { LoadError } from "@/live/LoadError";
import { useMeConnection } from "@/live/useMeSocket";
import { Select } from "@/ui/Field";
import { Skeleton, SkeletonRows } from "@/ui/Skeleton";
import { AttentionList } from "./AttentionList";
import { DEFAULT_HOURS, dashboardQuery, PERIODS } from "./api";
import { DurationCard } from "./DurationCard";
import { FigureTiles } from "./FigureTiles";
import { ThroughputCard } from "./ThroughputCard";
import { WorkersCard } from "./WorkersCard";

/** What an operator looks at first, and stays true while it is looked at. */
export default function DashboardPage() {
  const [hours, setHours] = useHours();
  const query = useQuery(dashboardQuery(hours));
  const connection = useMeConnection();
  return (
    <>
      <PageHeader
        breadcrumb={[{ label: "Dashboard" }]}
        status={<ConnectionNote state={connection} />}
        actions={
          <Select
            aria-label="Period"
            className="w-40"
            value={String(hours)}
            onValueChange={(value) => setHours(Number(value))}
            options={PERIODS.map((period) => ({
              value: String(period.hours),
              label: period.label,
            }))}
          />
        }
      />
      <PageBody className="max-w-7xl">
        {query.isPending && <Loading />}
        {query.isError && !query.data && (
          <LoadError error={query.error} onRetry={() => query.refetch()} />
        )}
        {query.data && <Figures dashboard={query.data} now={query.dataUpdatedAt} />}
      </PageBody>
    </>
  );
}

function useHours(): [number, (hours: number) => void] {
  const params = new URLSearchParams(useSearch());
  const [path, navigate] = useLocation();
  const asked = Number(params.get("hours"));
  const hours = PERIODS.find((period) => period.hours === asked)?.hours ?? DEFAULT_HOURS;
  const setHours = (next: number) =>
    navigate(next === DEFAULT_HOURS ? path : `${path}?hours=${next}`, { replace: true });
  return [hours, setHours];
}

function Loading() {
  return (
    <div className="space-y-4">
      <SkeletonRows count={2} />
      <Skeleton className="h-64" />
    </div>
  );
}

function Figures({ dashboard, now }: { dashboard: Dashboard; now: number }) {
  return (
    <div className="space-y-4">
      <section aria-labelledby="attention">
        <h2 id="attention" className="mb-2 font-semibold text-sm">
          Needs attention
        </h2>
        <AttentionList attention={dashboard.attention} />
      </section>
      <FigureTiles dashboard={dashboard} now={now} />
      <ThroughputCard dashboard={dashboard} now={now} />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1.5fr)_minmax(0,1fr)] lg:items-start">
        <DurationCard durations={dashboard.durations} />
        <WorkersCard dashboard={dashboard} />
      </div>
    </div>
  );
}
