import { TriangleAlert } from "lucide-react";
import { cn } from "@/ui/cn";
import { type CardContent, CardFace } from "../CardFace";
import { EndMark, StartCard } from "../list/ListCanvas";
import { useList } from "../list/ListContext";
import { isSamePlace, type ListStep, type Place } from "../list/model";
import { StepCard } from "../list/StepCard";
import { useHasCrossed } from "../list/useStepStatus";
import { useNodeStatus } from "../statusStore";
import "./bulk.css";

/** A bulk job as its cards show it. */
export interface BulkDrawing {
  start: CardContent;
  items: CardContent;
  batches: CardContent;
  /** A few words each: retries, limits. */
  limits: readonly string[];
  processor: CardContent;
  /** Nothing is done with the items yet. */
  isEmpty: boolean;
  result: CardContent;
}

/** The one place where a task can be put. */
export const PROCESSOR_PLACE: Place = { owner: "processor", lane: 0, index: 0 };

const stepOf = (card: CardContent): ListStep => ({ id: card.id, shape: "task", lanes: [], card });

/** A line down; in a run it is coloured once a node at its end has begun. */
function Line({ from, to }: { from?: string; to?: string }) {
  const isCrossed = useHasCrossed({ from: from ? [from] : [], to });
  return (
    <span
      aria-hidden
      className="fd-stem h-7!"
      style={
        { "--line": isCrossed ? "var(--status-succeeded)" : "var(--edge)" } as React.CSSProperties
      }
    />
  );
}

/** A card that no part of a run stands behind. */
function StillCard({ card }: { card: CardContent }) {
  return (
    <div className="fd-step fd-card">
      <CardFace node={card} />
    </div>
  );
}

/** How much is done at once: the heading of the frame, selected like a card. */
function BatchMark({ card }: { card: CardContent }) {
  const { selection, onSelect, onOpen, tabStop } = useList();
  return (
    <button
      type="button"
      data-node-id={card.id}
      aria-pressed={selection.has(card.id)}
      tabIndex={tabStop === card.id ? 0 : -1}
      className="fd-step fd-bulk-mark"
      onClick={() => onSelect(card.id, false)}
      onDoubleClick={() => onOpen(card.id)}
    >
      {card.typeTitle}
      {card.isChanged && (
        <span
          role="img"
          aria-label="Changed since it was published"
          title="Changed since it was published"
          className="size-1.5 shrink-0 rounded-full bg-primary"
        />
      )}
      {card.problemCount ? (
        <span data-testid="node-problems" title={card.problemText} className="fd-bulk-problem">
          <TriangleAlert aria-hidden className="size-3.5" />
          {card.problemCount === 1 ? "1 problem" : `${card.problemCount} problems`}
        </span>
      ) : null}
    </button>
  );
}

function ProcessorPlace({ drawing }: { drawing: BulkDrawing }) {
  const { open, landing } = useList();
  const { processor, isEmpty } = drawing;
  const status = useNodeStatus(processor.id);
  if (open && isSamePlace(open.place, PROCESSOR_PLACE)) return open.content;
  return (
    <div
      data-gap={JSON.stringify(PROCESSOR_PLACE)}
      className={cn("fd-bulk-place", isEmpty ? "fd-bulk-empty" : "fd-bulk-many")}
    >
      <StepCard step={stepOf(processor)} status={status} />
      {isSamePlace(landing, PROCESSOR_PLACE) && (
        <div className="fd-bulk-landing" data-testid="landing" />
      )}
    </div>
  );
}

interface BulkColumnProps {
  drawing: BulkDrawing;
  /** Only the start and the processor can be chosen: they are what a run has. */
  isRun?: boolean;
}

/** Items, what is done with them in batches, and the result, from top to bottom. */
export function BulkColumn({ drawing, isRun = false }: BulkColumnProps) {
  const { start, items, batches, limits, processor, result } = drawing;
  const card = (content: CardContent) =>
    isRun ? <StillCard card={content} /> : <StepCard step={stepOf(content)} status={undefined} />;
  return (
    <>
      <StartCard step={stepOf(start)} />
      <Line from={start.id} to={processor.id} />
      {card(items)}
      <Line to={processor.id} />
      <div role="group" aria-label="Done with the items, in batches" className="fd-bulk-frame">
        {isRun ? (
          <span className="fd-bulk-mark">{batches.typeTitle}</span>
        ) : (
          <BatchMark card={batches} />
        )}
        <ProcessorPlace drawing={drawing} />
        {limits.length > 0 && (
          <ul aria-label="Limits" className="fd-bulk-limits">
            {limits.map((limit) => (
              <li key={limit}>{limit}</li>
            ))}
          </ul>
        )}
      </div>
      <Line from={processor.id} />
      {card(result)}
      <Line from={processor.id} to="_end" />
      <EndMark />
    </>
  );
}
