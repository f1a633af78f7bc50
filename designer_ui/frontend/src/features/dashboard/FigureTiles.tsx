import { Link } from "wouter";
import type { Dashboard } from "@/api/types";
import { statusLook } from "@/ui/status";
import { runsNow, runsSince, runsToday } from "./links";
import { failureRate } from "./throughput";

interface Figure {
  readonly label: string;
  readonly value: string;
  readonly hint: string;
  readonly href: string;
  readonly status?: string;
}

/** The numbers of the moment; each leads to the runs that it counts. */
export function FigureTiles({ dashboard, now }: { dashboard: Dashboard; now: number }) {
  return (
    <ul aria-label="Now" className="grid grid-cols-2 gap-3 md:grid-cols-4">
      {figuresOf(dashboard, now).map((figure) => (
        <li key={figure.label}>
          <Tile figure={figure} />
        </li>
      ))}
    </ul>
  );
}

function Tile({ figure }: { figure: Figure }) {
  const look = figure.status ? statusLook(figure.status) : null;
  const Icon = look?.icon;
  return (
    <Link
      href={figure.href}
      className="block h-full rounded-xl border bg-card px-4 py-3 shadow-card transition-colors hover:border-border-strong"
    >
      <span className="flex items-center gap-1.5 text-[13px] text-muted-foreground">
        {Icon && <Icon aria-hidden className="size-4" style={{ color: `var(${look?.token})` }} />}
        {figure.label}
      </span>
      <span className="mt-1 block font-semibold text-2xl leading-tight tabular">
        {figure.value}
      </span>
      <span className="block text-muted-foreground text-xs">{figure.hint}</span>
    </Link>
  );
}

function figuresOf(dashboard: Dashboard, now: number): Figure[] {
  const { totals, hours } = dashboard;
  const rate = failureRate(totals);
  return [
    {
      label: "Running now",
      value: number(dashboard.running_now),
      hint: "work under way",
      href: runsNow("running"),
      status: "running",
    },
    {
      label: "Waiting now",
      value: number(dashboard.waiting_now),
      hint: "for people, time or signals",
      href: runsNow("waiting"),
      status: "waiting",
    },
    {
      label: "Started today",
      value: number(dashboard.started_today),
      hint: "by the server's day",
      href: runsToday(now),
    },
    {
      label: "Failure rate",
      value: rate === null ? "–" : `${rate} %`,
      hint: `${number(totals.failed)} of ${number(totals.succeeded + totals.failed)} that ended`,
      href: runsSince(hours, now, "failed"),
      status: "failed",
    },
  ];
}

function number(value: number): string {
  return value.toLocaleString("en-GB");
}
