import { AlarmClock, CalendarClock } from "lucide-react";
import { formatMoment } from "@/live/moment";
import { useNow } from "@/live/now";
import { isOverdue } from "@/live/waiting";
import { cn } from "@/ui/cn";
import { formatExact } from "@/ui/time";

const SOON_MS = 60 * 60 * 1000;
const STEP_MS = 15_000;

/** Until when a decision is wanted: "Due 17:00", "Overdue since 14:00". */
export function DueNote({ dueAt, className }: { dueAt: string | null; className?: string }) {
  const now = useNow(STEP_MS);
  if (dueAt === null) {
    return null;
  }
  const isLate = isOverdue(dueAt, now);
  const isSoon = Date.parse(dueAt) - now < SOON_MS;
  const Icon = isLate || isSoon ? AlarmClock : CalendarClock;
  return (
    <time
      dateTime={dueAt}
      title={formatExact(new Date(dueAt))}
      className={cn(
        "inline-flex items-center gap-1.5",
        className,
        isLate && "font-medium text-status-failed",
        isSoon && !isLate && "font-medium text-status-invalid",
      )}
    >
      <Icon aria-hidden className="size-3.5 shrink-0" />
      {isLate ? "Overdue since" : "Due"} {formatMoment(dueAt, now)}
    </time>
  );
}
