import { foldEvents, viewOf } from "./fold";
import type { EventsFrame, RunEvent, RunFrame, RunView } from "./types";

/** What a frame leads to. `isGap`: events before it are missing, so ask for them. */
export interface FrameResult {
  readonly run: RunView | null;
  readonly news: readonly RunEvent[];
  readonly isGap: boolean;
  readonly isSnapshot: boolean;
}

/**
 * Takes in one frame of the run's socket, whatever happened to it on the way.
 *
 * Doubled and overtaken frames change nothing; a frame that does not connect to what is known
 * changes nothing either and reports the gap.
 */
export function applyFrame(run: RunView | null, frame: RunFrame): FrameResult {
  if (frame.type === "snapshot") {
    const isOld = run !== null && frame.seq < run.seq;
    return isOld
      ? unchanged(run)
      : { run: viewOf({ ...frame.run, seq: frame.seq }), news: [], isGap: false, isSnapshot: true };
  }
  if (frame.type !== "events") {
    return unchanged(run);
  }
  return run === null ? { ...unchanged(run), isGap: true } : applyEvents(run, frame);
}

function applyEvents(run: RunView, frame: EventsFrame): FrameResult {
  const news = frame.events.filter((event) => event.seq > run.seq);
  if (news.length === 0) {
    return { ...unchanged(run), isGap: frame.seq > run.seq };
  }
  if (!isContiguous(news, run.seq)) {
    return { ...unchanged(run), isGap: true };
  }
  const folded = foldEvents(run, news);
  const { id: _, seq: __, ...head } = frame.run;
  return {
    run: folded.seq === frame.seq ? { ...folded, ...head } : folded,
    news,
    isGap: false,
    isSnapshot: false,
  };
}

function isContiguous(events: readonly RunEvent[], after: number): boolean {
  return events.every((event, index) => event.seq === after + 1 + index);
}

function unchanged(run: RunView | null): FrameResult {
  return { run, news: [], isGap: false, isSnapshot: false };
}
