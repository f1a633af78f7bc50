import {
  AlarmClock,
  CircleCheckBig,
  CircleX,
  type LucideIcon,
  TriangleAlert,
  UserRoundCog,
} from "lucide-react";
import { Link } from "wouter";
import type { Attention, RunSummary } from "@/api/types";
import { placeOf } from "@/features/runs/place";
import { useNow } from "@/live/now";
import { RelativeTime } from "@/ui/RelativeTime";

interface Look {
  readonly icon: LucideIcon;
  readonly token: string;
  readonly title: string;
  readonly hint: string;
}

const LOOKS: Readonly<Record<Attention["kind"], Look>> = {
  needs_attention: {
    icon: UserRoundCog,
    token: "--status-failed",
    title: "Need attention",
    hint: "Runs that cannot go on before an operator has chosen how",
  },
  failed: {
    icon: CircleX,
    token: "--status-failed",
    title: "Failed",
    hint: "Runs that ended in an error",
  },
  stuck: {
    icon: TriangleAlert,
    token: "--status-invalid",
    title: "Stuck",
    hint: "Runs in which nothing has moved for too long",
  },
  overdue: {
    icon: AlarmClock,
    token: "--status-waiting",
    title: "Overdue",
    hint: "Runs that wait for a decision past its time",
  },
};

/** What needs a person first. Nothing to do is said too. */
export function AttentionList({ attention }: { attention: readonly Attention[] }) {
  const urgent = attention.filter(({ count }) => count > 0);
  if (urgent.length === 0) {
    return (
      <p className="flex items-center gap-2.5 rounded-xl border bg-card px-4 py-3.5 text-sm shadow-card">
        <CircleCheckBig aria-hidden className="size-5 text-status-succeeded" />
        Nothing needs attention: no run failed, is stuck, or waits past its time.
      </p>
    );
  }
  return (
    <div className="grid gap-3 lg:grid-cols-[repeat(auto-fit,minmax(17rem,1fr))]">
      {urgent.map((item) => (
        <AttentionCard key={item.kind} attention={item} />
      ))}
    </div>
  );
}

function AttentionCard({ attention }: { attention: Attention }) {
  const { icon: Icon, token, title, hint } = LOOKS[attention.kind];
  const more = attention.count - attention.items.length;
  return (
    <section
      aria-label={title}
      className="flex flex-col overflow-hidden rounded-xl border bg-card shadow-card"
    >
      <Link
        href={attention.link}
        title={hint}
        className="flex items-center gap-2.5 border-b px-4 py-3 hover:bg-muted"
        style={{ background: `color-mix(in oklab, var(${token}) 7%, var(--card))` }}
      >
        <Icon aria-hidden className="size-5" style={{ color: `var(${token})` }} />
        <span className="font-semibold text-lg leading-none tabular">{attention.count}</span>
        <span className="font-medium text-[13px]">{title}</span>
      </Link>
      <ul className="divide-y">
        {attention.items.map((run) => (
          <AttentionRun key={run.id} run={run} />
        ))}
      </ul>
      {more > 0 && (
        <Link
          href={attention.link}
          className="mt-auto border-t px-4 py-2 text-primary text-xs hover:underline"
        >
          and {more} more
        </Link>
      )}
    </section>
  );
}

function AttentionRun({ run }: { run: RunSummary }) {
  const now = useNow(60_000);
  return (
    <li>
      <Link href={`/runs/${run.id}`} className="block px-4 py-2 text-[13px] hover:bg-muted">
        <span className="flex items-baseline justify-between gap-3">
          <span className="truncate font-medium">
            {run.workflow.title}
            {run.business_key && <span className="text-muted-foreground"> {run.business_key}</span>}
          </span>
          <RelativeTime
            at={run.finished_at ?? run.started_at ?? run.created_at}
            className="shrink-0 text-muted-foreground text-xs"
          />
        </span>
        <span className="line-clamp-1 text-muted-foreground">{placeOf(run, now)}</span>
      </Link>
    </li>
  );
}
