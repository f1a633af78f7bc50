import { useSyncExternalStore } from "react";
import { formatExact, formatRelative } from "./time";

const listeners = new Set<() => void>();
let now = new Date();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for the whole page, which stands still when nobody looks. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = new Date();
    for (const each of listeners) each();
  }, 5_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && timer !== undefined) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The current time, renewed every few seconds. */
export const useNow = (): Date => useSyncExternalStore(subscribe, () => now);

interface RelativeTimeProps {
  /** RFC 3339. */
  at: string | null | undefined;
  className?: string;
}

/** "2 min. ago", with the exact time on hover. */
export function RelativeTime({ at, className }: RelativeTimeProps) {
  const current = useNow();
  if (!at) return <span className={className}>–</span>;
  const date = new Date(at);
  const reference = date > current && date.getTime() - current.getTime() < 5_000 ? date : current;
  return (
    <time dateTime={at} title={formatExact(date)} className={className}>
      {formatRelative(date, reference)}
    </time>
  );
}
