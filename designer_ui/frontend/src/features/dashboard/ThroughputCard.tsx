import { ChartColumn, Table2 } from "lucide-react";
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { Link } from "wouter";
import type { Dashboard, SeriesPoint } from "@/api/types";
import type { RunStatus } from "@/live/types";
import { Button } from "@/ui/Button";
import { Skeleton } from "@/ui/Skeleton";
import { runsSince } from "./links";
import { throughputOf } from "./throughput";

const ThroughputChart = lazy(() => import("./ThroughputChart"));

interface ThroughputCardProps {
  dashboard: Dashboard;
  now: number;
}

/** What was started and what became of it, over time: as a chart, or as a table of the same. */
export function ThroughputCard({ dashboard, now }: ThroughputCardProps) {
  const [isTable, setTable] = useState(false);
  const throughput = useMemo(() => throughputOf(dashboard.series), [dashboard.series]);
  return (
    <section aria-label="Runs over time" className="rounded-xl border bg-card p-4 shadow-card">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 className="font-semibold text-sm">Runs over time</h2>
        <Legend dashboard={dashboard} now={now} />
        <Button size="sm" className="ml-auto" onClick={() => setTable(!isTable)}>
          {isTable ? <ChartColumn aria-hidden /> : <Table2 aria-hidden />}
          {isTable ? "Show as chart" : "Show as table"}
        </Button>
      </div>
      <div className="mt-3">
        {isTable ? (
          <SeriesTable series={dashboard.series} />
        ) : throughput.isEmpty ? (
          <p className="grid h-55 place-items-center text-[13px] text-muted-foreground">
            Nothing ran in this time.
          </p>
        ) : (
          <Suspense fallback={<Skeleton className="h-55" />}>
            <ThroughputChart throughput={throughput} />
          </Suspense>
        )}
      </div>
    </section>
  );
}

function Legend({ dashboard, now }: ThroughputCardProps) {
  const { totals, hours } = dashboard;
  return (
    <ul aria-label="Totals" className="flex flex-wrap gap-x-4 gap-y-1 text-[13px]">
      <LegendItem token="--status-running" isLine label="started" count={totals.started}>
        {runsSince(hours, now)}
      </LegendItem>
      {(["succeeded", "failed"] as const satisfies readonly RunStatus[]).map((status) => (
        <LegendItem key={status} token={`--status-${status}`} label={status} count={totals[status]}>
          {runsSince(hours, now, status)}
        </LegendItem>
      ))}
    </ul>
  );
}

interface LegendItemProps {
  token: string;
  label: string;
  count: number;
  isLine?: boolean;
  /** Where the number leads to. */
  children: string;
}

function LegendItem({ token, label, count, isLine, children }: LegendItemProps): ReactNode {
  return (
    <li>
      <Link href={children} className="flex items-center gap-1.5 hover:underline">
        <span
          aria-hidden
          className={isLine ? "h-0.5 w-3.5 rounded-full" : "size-2.5 rounded-[3px]"}
          style={{ background: `var(${token})` }}
        />
        <span className="font-medium tabular">{count.toLocaleString("en-GB")}</span>
        <span className="text-muted-foreground">{label}</span>
      </Link>
    </li>
  );
}

function SeriesTable({ series }: { series: readonly SeriesPoint[] }) {
  return (
    <section
      aria-label="Runs over time as a table"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="scroll-thin max-h-72 overflow-y-auto rounded-md border"
    >
      <table className="w-full text-left text-[13px]">
        <thead className="sticky top-0 bg-muted text-muted-foreground">
          <tr>
            {["From", "Started", "Succeeded", "Failed"].map((name) => (
              <th key={name} scope="col" className="px-3 py-1.5 font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y tabular">
          {series.map((point) => (
            <tr key={point.at}>
              <td className="px-3 py-1">
                {new Date(point.at).toLocaleString("en-GB", {
                  day: "numeric",
                  month: "short",
                  hour: "2-digit",
                  minute: "2-digit",
                })}
              </td>
              <td className="px-3 py-1">{point.started}</td>
              <td className="px-3 py-1">{point.succeeded}</td>
              <td className="px-3 py-1">{point.failed}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
