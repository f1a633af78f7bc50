import { CalendarRange } from "lucide-react";
import type { RunDetail } from "@/api/types";
import { useNow } from "@/live/now";
import { isDrawn, visitsInOrder } from "@/live/selectors";
import { isClosed } from "@/live/types";
import { cn } from "@/ui/cn";
import { EmptyState } from "@/ui/EmptyState";
import { statusLook } from "@/ui/status";
import { formatDuration } from "@/ui/time";
import { titlesOf } from "./drawn";
import { useRun } from "./RunContext";
import { type Timeline, type TimelineBar, timelineOf } from "./timeline";

interface RunTimelineProps {
  run: RunDetail;
  selected: string | null;
  onSelect: (nodeId: string, visit: number) => void;
}

const ROW =
  "grid grid-cols-[minmax(0,44%)_minmax(0,1fr)_4.5rem] items-center gap-3 px-4 md:grid-cols-[13rem_minmax(0,1fr)_6rem]";

/** When each visit queued, worked and waited, on one scale. */
export function RunTimeline({ run, selected, onSelect }: RunTimelineProps) {
  const view = useRun((state) => state.run);
  const now = useNow(isClosed(view.status) ? 3_600_000 : 1_000);
  const timeline = timelineOf(
    visitsInOrder(view).filter((node) => isDrawn(node.node_id)),
    view.started_at,
    now,
  );
  const titles = titlesOf(run.canvas);
  if (timeline.bars.length === 0) {
    return (
      <EmptyState icon={CalendarRange} title="Nothing has begun yet" className="py-8">
        Bars grow here as the nodes run.
      </EmptyState>
    );
  }
  return (
    <div className="pb-3">
      <Scale timeline={timeline} />
      <ol aria-label="Timeline">
        {timeline.bars.map((bar) => (
          <li key={`${bar.node.node_id} ${bar.node.visit}`}>
            <button
              type="button"
              onClick={() => onSelect(bar.node.node_id, bar.node.visit)}
              aria-pressed={selected === bar.node.node_id}
              className={cn(
                ROW,
                "h-8 w-full text-left text-[13px] hover:bg-muted focus-visible:-outline-offset-2",
                selected === bar.node.node_id && "bg-accent",
              )}
            >
              <Row bar={bar} title={titles.get(bar.node.node_id) || bar.node.node_id} />
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Scale({ timeline }: { timeline: Timeline }) {
  return (
    <div
      aria-hidden
      className={cn(ROW, "sticky top-0 z-1 h-7 border-b bg-card text-[11px] text-muted-foreground")}
    >
      <span>Node</span>
      <span className="relative h-full">
        {timeline.ticks.map((tick) => (
          <span
            key={tick.milliseconds}
            className="absolute inset-y-0 flex items-center whitespace-nowrap border-l pl-1 tabular max-md:not-first:text-transparent"
            style={{ left: `${tick.at * 100}%` }}
          >
            {tick.at < 0.94 && tickLabel(tick.milliseconds)}
          </span>
        ))}
      </span>
      <span className="text-right">Took</span>
    </div>
  );
}

function Row({ bar, title }: { bar: TimelineBar; title: string }) {
  const look = statusLook(bar.status);
  const Icon = look.icon;
  const color = `var(${look.token})`;
  return (
    <>
      <span className="flex min-w-0 items-center gap-2">
        <Icon
          aria-hidden
          className={cn("size-4 shrink-0", look.isSpinning && "animate-spin")}
          style={{ color }}
        />
        <span className="truncate">
          {title}
          <span className="sr-only">, {look.label}</span>
        </span>
        {bar.node.visit > 1 && (
          <span className="shrink-0 text-muted-foreground text-xs">visit {bar.node.visit}</span>
        )}
      </span>
      <span aria-hidden className="relative h-3.5">
        <span
          className="absolute inset-y-[5px] rounded-sm bg-border-strong"
          style={{ left: `${bar.begin * 100}%`, width: `${(bar.start - bar.begin) * 100}%` }}
        />
        <span
          className="absolute inset-y-0 min-w-[3px] rounded-sm"
          style={{
            left: `min(${bar.start * 100}%, calc(100% - 3px))`,
            width: `${(bar.end - bar.start) * 100}%`,
            background: color,
            opacity: bar.status === "waiting" ? 0.75 : 1,
          }}
        />
      </span>
      <span className="text-right text-muted-foreground text-xs tabular">
        {formatDuration(bar.milliseconds / 1000)}
      </span>
    </>
  );
}

function tickLabel(milliseconds: number): string {
  return milliseconds === 0 ? "0" : formatDuration(milliseconds / 1000).replace(/ 0 \w+$|\.0/, "");
}
