import { Plus } from "lucide-react";
import { Fragment } from "react";
import { cn } from "@/ui/cn";
import { useList } from "./ListContext";
import {
  crossingAt,
  gapName,
  isSamePlace,
  type ListLane,
  type ListRef,
  type ListStep,
  type Place,
  stemOf,
} from "./model";
import { StepCard } from "./StepCard";
import { useHasCrossed, useStepStatus } from "./useStepStatus";

const lineColor = (isCrossed: boolean): string =>
  isCrossed ? "var(--status-succeeded)" : "var(--edge)";

/** Colours of lines as the style sheet names them. */
const lines = (colors: Record<`--${string}`, string>) => colors as React.CSSProperties;

interface GapProps {
  steps: readonly ListStep[];
  place: Place;
  /** The list in words; empty for the pipeline's own. */
  within: string;
  entry: string | undefined;
}

/** The line between two steps, with the '+' that adds one there. */
function Gap({ steps, place, within, entry }: GapProps) {
  const { editing, landing, open } = useList();
  const isCrossed = useHasCrossed(crossingAt(steps, place, entry));
  const isOpen = open !== null && isSamePlace(open.place, place);
  return (
    <div
      className="fd-gap"
      data-gap={JSON.stringify(place)}
      data-crossed={isCrossed || undefined}
      style={lines({ "--line": lineColor(isCrossed) })}
    >
      {isOpen ? (
        open.content
      ) : isSamePlace(landing, place) ? (
        <div className="fd-landing" data-testid="landing" />
      ) : (
        editing && (
          <button
            type="button"
            tabIndex={-1}
            aria-label={gapName(steps, place, within)}
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

interface StepListProps {
  steps: readonly ListStep[];
  list: ListRef;
  within?: string;
  entry?: string;
}

/** Steps under each other, with a gap before, between and behind them. */
export function StepList({ steps, list, within = "", entry }: StepListProps) {
  return (
    <div className="fd-sequence">
      <Gap steps={steps} place={{ ...list, index: 0 }} within={within} entry={entry} />
      {steps.map((step, index) => (
        <Fragment key={step.id}>
          <StepBlock step={step} />
          <Gap steps={steps} place={{ ...list, index: index + 1 }} within={within} entry={entry} />
        </Fragment>
      ))}
    </div>
  );
}

function StepBlock({ step }: { step: ListStep }) {
  const status = useStepStatus(step);
  return (
    <div data-step={step.id} className="flex flex-col items-center">
      <StepCard step={step} status={status} />
      {step.lanes.length > 0 && <Lanes step={step} />}
    </div>
  );
}

interface LaneProps {
  owner: ListStep;
  lane: ListLane;
  index: number;
}

/** One of the lists within a step, with its part of the fork above and of the join below. */
function Lane({ owner, lane, index }: LaneProps) {
  const { steps, label, entry } = lane;
  const list = { owner: owner.id, lane: index };
  const name = `${label} of ${owner.card.title}`;
  const isEntered = useHasCrossed(crossingAt(steps, { ...list, index: 0 }, entry));
  const isLeft = useHasCrossed(crossingAt(steps, { ...list, index: steps.length }, entry));
  return (
    <div
      role="group"
      aria-label={name}
      className={cn("fd-lane", owner.shape === "parallel" && "fd-lane-parallel")}
      style={lines({ "--fork": lineColor(isEntered), "--join": lineColor(isLeft) })}
    >
      <div className="fd-lane-body">
        <span className="fd-lane-label">{label}</span>
        <StepList steps={steps} list={list} within={name} entry={entry} />
      </div>
    </div>
  );
}

function Lanes({ step }: { step: ListStep }) {
  const { editing } = useList();
  const isReached = useHasCrossed(stemOf(step));
  const canGrow = step.shape === "parallel" && editing;
  return (
    <>
      <span aria-hidden className="fd-stem" style={lines({ "--line": lineColor(isReached) })} />
      <div className={cn("relative flex", canGrow && "px-9")}>
        <div className="fd-lanes">
          {step.lanes.map((lane, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a lane has no identity but its place
            <Lane key={index} owner={step} lane={lane} index={index} />
          ))}
        </div>
        {canGrow && (
          <div className="absolute inset-y-0 right-0 flex">
            <button
              type="button"
              tabIndex={-1}
              aria-label={`Add a branch to ${step.card.title}`}
              title="Add a branch"
              className="fd-add-lane"
              onClick={() => editing.onAddLane(step.id)}
            >
              <Plus aria-hidden className="size-3.5" />
            </button>
          </div>
        )}
      </div>
    </>
  );
}
