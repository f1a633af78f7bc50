import { ArrowLeft, ChevronsRight, Flag, Plus, ShieldCheck } from "lucide-react";
import { Fragment } from "react";
import type { SagaCell, SagaColumn } from "@/saga/drawing";
import { cn } from "@/ui/cn";
import type { CardContent } from "../CardFace";
import { EndMark, StartCard } from "../list/ListCanvas";
import { useList } from "../list/ListContext";
import { isSamePlace, type ListStep, type Place } from "../list/model";
import { StepCard } from "../list/StepCard";
import { useHasCrossed } from "../list/useStepStatus";
import { type NodeStatus, useNodeStatus } from "../statusStore";
import "./saga.css";

export interface SagaGridProps {
  start: ListStep;
  columns: readonly SagaColumn[];
  cardOf: (cell: SagaCell) => CardContent;
  /** Whether lines tell where a run came through. */
  isRun?: boolean;
}

/** A gap in the line forward; `lane` 1 is the empty place of an undo, confirm or cancel. */
export const gapOf = (index: number, group: string | null = null): Place => ({
  owner: group,
  lane: 0,
  index,
});
export const emptyPlaceOf = (cell: SagaCell): Place => ({ owner: cell.id, lane: 1, index: 0 });

const UNDO_WORDS: Readonly<Record<string, NodeStatus>> = {
  succeeded: { status: "compensated", label: "Undone" },
  running: { status: "compensating", label: "Undoing" },
};

/** What a cell's card says: an undo that is done has compensated, which is no success. */
function cellStatus(cell: SagaCell, status: NodeStatus | undefined): NodeStatus | undefined {
  const isUndo = cell.slot === "compensation" || cell.slot === "cancel_action";
  if (!isUndo || !status) return status;
  if (status.status === "skipped") return undefined;
  return UNDO_WORDS[status.status] ?? status;
}

interface CellProps {
  cell: SagaCell;
  cardOf: SagaGridProps["cardOf"];
}

function Cell({ cell, cardOf }: CellProps) {
  const { editing, open } = useList();
  const status = useNodeStatus(cell.id);
  const place = emptyPlaceOf(cell);
  if (cell.action) {
    const step: ListStep = { id: cell.id, shape: "task", card: cardOf(cell), lanes: [] };
    return <StepCard step={step} status={cellStatus(cell, status)} />;
  }
  if (open && isSamePlace(open.place, place)) return open.content;
  if (cell.isClosed) return <span className="fd-saga-none">Only goes forward</span>;
  const word = cell.slot === "compensation" ? "undo" : cell.slot.replace("_action", "");
  if (!editing) return <span className="fd-saga-none">No {word}</span>;
  return (
    <button
      type="button"
      tabIndex={-1}
      data-gap={JSON.stringify(place)}
      aria-label={`Add ${word} of ${cell.owner.title || cell.owner.id}`}
      className="fd-saga-empty"
      onClick={() => editing.onAdd(place)}
    >
      <Plus aria-hidden /> Add {word}
    </button>
  );
}

interface LineGapProps {
  place: Place;
  label: string;
  /** Ids of nodes that say, once begun, that the run came through here. */
  to: string | undefined;
}

function LineGap({ place, label, to }: LineGapProps) {
  const { editing, landing, open } = useList();
  const isCrossed = useHasCrossed({ from: [], to });
  const isOpen = open !== null && isSamePlace(open.place, place);
  return (
    <div
      className="fd-saga-gap"
      data-gap={JSON.stringify(place)}
      style={
        { "--line": isCrossed ? "var(--status-succeeded)" : "var(--edge)" } as React.CSSProperties
      }
    >
      {isOpen ? (
        open.content
      ) : isSamePlace(landing, place) ? (
        <div className="fd-saga-landing" data-testid="landing" />
      ) : (
        editing && (
          <button
            type="button"
            tabIndex={-1}
            aria-label={label}
            className="fd-gap-add"
            onClick={() => editing.onAdd(place)}
          >
            <Plus aria-hidden strokeWidth={2.5} />
          </button>
        )
      )}
    </div>
  );
}

function SortMark({ sort }: { sort: SagaColumn["sort"] }) {
  if (sort === "pivot") {
    return (
      <span className="fd-saga-mark">
        <Flag aria-hidden /> Pivot
      </span>
    );
  }
  return sort === "retriable" ? (
    <span className="fd-saga-mark">
      <ChevronsRight aria-hidden /> Only forward
    </span>
  ) : null;
}

function GroupMark({ group }: { group: NonNullable<SagaColumn["group"]> }) {
  const { selection, onSelect, onOpen, tabStop } = useList();
  const title = group.title || "Side by side";
  return (
    <button
      type="button"
      data-node-id={group.id}
      aria-pressed={selection.has(group.id)}
      tabIndex={tabStop === group.id ? 0 : -1}
      className="fd-step fd-saga-group-mark"
      onClick={(event) => onSelect(group.id, event.shiftKey)}
      onDoubleClick={() => onOpen(group.id)}
    >
      {title}
    </button>
  );
}

/** The line forward with the undo line under it, which leads back. */
export function CompensationGrid({ start, columns, cardOf, isRun }: SagaGridProps) {
  const entry = (column: SagaColumn | undefined) =>
    !isRun ? undefined : column ? (column.group ? `_split_${column.id}` : column.id) : "_end";
  const lastUndo = columns.findLastIndex((column) => column.rows[1]?.some((cell) => cell.action));
  return (
    <div className="fd-saga" role="group" aria-label="Line forward, and the undo line under it">
      <div className="fd-saga-forward">
        <StartCard step={start} />
      </div>
      <div className="fd-saga-back-end">
        {lastUndo >= 0 && (
          <>
            <ShieldCheck aria-hidden className="size-4" /> As if nothing had happened
          </>
        )}
      </div>
      {columns.map((column, index) => (
        <Fragment key={column.id}>
          <LineGap
            place={gapOf(index)}
            label={index === 0 ? "Add at the beginning" : `Add before ${titleOf(column)}`}
            to={entry(column)}
          />
          <span aria-hidden className={cn("fd-saga-back", index > lastUndo && "invisible")}>
            <ArrowLeft className="size-3.5" />
          </span>
          <div
            data-step={column.id}
            className={cn(
              "fd-saga-forward",
              column.group && "fd-saga-group",
              index <= lastUndo && "fd-saga-undone",
            )}
          >
            {column.group && <GroupMark group={column.group} />}
            {column.rows[0]?.map((cell) => (
              <Cell key={cell.id} cell={cell} cardOf={cardOf} />
            ))}
            {!column.group && <SortMark sort={column.sort} />}
          </div>
          <div className={cn("fd-saga-undo", index > lastUndo && "fd-saga-undo-none")}>
            {column.rows[1]?.map((cell) => (
              <Cell key={cell.id} cell={cell} cardOf={cardOf} />
            ))}
          </div>
        </Fragment>
      ))}
      <LineGap place={gapOf(columns.length)} label="Add at the end" to={entry(undefined)} />
      <span />
      <div className="fd-saga-forward">
        <EndMark />
      </div>
      <span />
    </div>
  );
}

const titleOf = (column: SagaColumn): string =>
  column.group?.title || column.rows[0]?.[0]?.owner.title || column.id;

const TCC_ROWS = [
  { title: "Try", text: "All reserve, side by side" },
  { title: "Confirm", text: "When every try succeeded" },
  { title: "Cancel", text: "When one of them failed" },
];

/** Try, confirm and cancel as rows; a column for each participant. */
export function TccGrid({ start, columns, cardOf }: SagaGridProps) {
  return (
    <>
      <StartCard step={start} />
      <span aria-hidden className="fd-stem h-8!" />
      <div className="fd-tcc" role="group" aria-label="Participants">
        <div className="fd-tcc-column">
          {TCC_ROWS.map((row) => (
            <div key={row.title} className="fd-tcc-label">
              <span className="font-semibold text-[13px]">{row.title}</span>
              <span className="text-muted-foreground text-xs">{row.text}</span>
            </div>
          ))}
        </div>
        {columns.map((column, index) => (
          <Fragment key={column.id}>
            <LineGap place={gapOf(index)} label={`Add before ${titleOf(column)}`} to={undefined} />
            <div data-step={column.id} className="fd-tcc-column">
              {column.rows.flat().map((cell) => (
                <div key={cell.id} className="fd-tcc-cell">
                  <Cell cell={cell} cardOf={cardOf} />
                </div>
              ))}
            </div>
          </Fragment>
        ))}
        <LineGap place={gapOf(columns.length)} label="Add at the end" to={undefined} />
      </div>
      <span aria-hidden className="fd-stem h-8!" />
      <EndMark />
    </>
  );
}
