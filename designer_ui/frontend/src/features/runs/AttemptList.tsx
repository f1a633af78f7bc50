import type { AttemptView, LogLine } from "@/api/types";
import { secondsBetween } from "@/live/moment";
import { cn } from "@/ui/cn";
import { RelativeTime } from "@/ui/RelativeTime";
import { StatusBadge } from "@/ui/StatusBadge";
import { formatDuration, formatExact } from "@/ui/time";

/** Each try: how it ended, when, how long it took, and who worked on it. */
export function AttemptList({ attempts }: { attempts: readonly AttemptView[] }) {
  if (attempts.length === 0) {
    return <p className="text-[13px] text-muted-foreground">No attempt yet.</p>;
  }
  return (
    <ol aria-label="Attempts" className="space-y-3">
      {attempts.map((attempt) => (
        <li key={attempt.number} className="rounded-lg border p-3 text-[13px]">
          <div className="flex items-center justify-between gap-2">
            <span className="font-medium">Attempt {attempt.number}</span>
            <StatusBadge status={attempt.status} />
          </div>
          {attempt.error && (
            <p className="mt-1.5 break-words text-status-failed">
              {attempt.error.type}: {attempt.error.message}
            </p>
          )}
          <p className="mt-1 text-muted-foreground text-xs">
            {attempt.started_at ? <RelativeTime at={attempt.started_at} /> : "not started"}
            {attempt.started_at && attempt.finished_at && (
              <>
                , took {formatDuration(secondsBetween(attempt.started_at, attempt.finished_at, 0))}
              </>
            )}
            {attempt.worker && `, on ${attempt.worker}`}
          </p>
        </li>
      ))}
    </ol>
  );
}

const LEVELS: Readonly<Record<string, string>> = {
  warning: "text-status-invalid",
  error: "text-status-failed",
};

/** What the node wrote while it ran. */
export function LogList({ logs }: { logs: readonly LogLine[] }) {
  if (logs.length === 0) {
    return <p className="text-[13px] text-muted-foreground">Nothing was logged.</p>;
  }
  return (
    <ol aria-label="Logs" className="space-y-1 font-mono text-xs">
      {logs.map((line) => (
        <li key={line.id} className="grid grid-cols-[4.5rem_4rem_minmax(0,1fr)] gap-x-2">
          <time
            dateTime={line.at}
            title={formatExact(new Date(line.at))}
            className="text-muted-foreground"
          >
            {new Date(line.at).toLocaleTimeString("en-GB")}
          </time>
          <span className={cn("text-muted-foreground", LEVELS[line.level])}>{line.level}</span>
          <span className="whitespace-pre-wrap break-words">{line.message}</span>
        </li>
      ))}
    </ol>
  );
}
