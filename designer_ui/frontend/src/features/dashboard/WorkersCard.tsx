import { HeartCrack, HeartPulse } from "lucide-react";
import { Link } from "wouter";
import type { Dashboard, WorkerView } from "@/api/types";
import { RelativeTime } from "@/ui/RelativeTime";
import { formatDuration } from "@/ui/time";
import { runsNow } from "./links";

/** What waits to be worked on, and who works. */
export function WorkersCard({ dashboard }: { dashboard: Dashboard }) {
  const { queue, workers } = dashboard;
  const alive = workers.filter((worker) => worker.is_alive).length;
  return (
    <section aria-label="Queue and workers" className="rounded-xl border bg-card p-4 shadow-card">
      <h2 className="mb-3 font-semibold text-sm">Queue and workers</h2>
      <dl className="mb-3 grid grid-cols-2 gap-3">
        <div>
          <dt className="text-muted-foreground text-xs">Nodes in the queue</dt>
          <dd className="font-semibold text-xl tabular">
            <Link href={runsNow("running")} className="hover:underline">
              {queue.depth.toLocaleString("en-GB")}
            </Link>
          </dd>
          <dd className="text-muted-foreground text-xs">
            {queue.oldest_seconds === null
              ? "nothing waits"
              : `the oldest for ${formatDuration(queue.oldest_seconds)}`}
          </dd>
        </div>
        <div>
          <dt className="text-muted-foreground text-xs">Workers alive</dt>
          <dd className="font-semibold text-xl tabular">{alive}</dd>
          <dd className="text-muted-foreground text-xs">
            {workers.reduce((sum, worker) => sum + (worker.is_alive ? worker.active : 0), 0)} nodes
            under way
          </dd>
        </div>
      </dl>
      {alive === 0 && (
        <p role="alert" className="mb-3 text-[13px] text-status-failed">
          No worker is alive: queued nodes wait until one is started.
        </p>
      )}
      <ul aria-label="Workers" className="divide-y border-t text-[13px]">
        {workers.map((worker) => (
          <WorkerRow key={worker.name} worker={worker} />
        ))}
      </ul>
    </section>
  );
}

function WorkerRow({ worker }: { worker: WorkerView }) {
  const Icon = worker.is_alive ? HeartPulse : HeartCrack;
  return (
    <li className="flex items-center gap-2.5 py-2">
      <Icon
        aria-hidden
        className={
          worker.is_alive
            ? "size-4 shrink-0 text-status-succeeded"
            : "size-4 shrink-0 text-status-failed"
        }
      />
      <span className="min-w-0 flex-1 truncate" title={worker.name}>
        {worker.name}
      </span>
      <span className="shrink-0 text-muted-foreground text-xs tabular">
        {worker.is_alive ? (
          `alive, ${worker.active} of ${worker.threads} busy`
        ) : (
          <>
            silent since <RelativeTime at={worker.last_seen_at} />
          </>
        )}
      </span>
    </li>
  );
}
