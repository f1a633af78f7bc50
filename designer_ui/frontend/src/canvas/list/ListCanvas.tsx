import { Flag } from "lucide-react";
import { useNodeStatus } from "../statusStore";
import type { ListStep } from "./model";
import { ScrollCanvas, type ScrollCanvasProps } from "./ScrollCanvas";
import { StepCard } from "./StepCard";
import { StepList } from "./StepList";

const ROOT = { owner: null, lane: 0 };

export interface ListCanvasProps extends Omit<ScrollCanvasProps, "firstId" | "children"> {
  /** The beginning; what is set up there is what a run is started with. */
  start: ListStep;
  steps: readonly ListStep[];
}

/**
 * A pipeline as a list from top to bottom: the designer and the run view share it. Without `editing`
 * it is read only; inside a `StatusContext` the steps show how they stand in a run.
 */
export function ListCanvas({ start, steps, ...frame }: ListCanvasProps) {
  return (
    <ScrollCanvas {...frame} firstId={start.id}>
      <StartCard step={start} />
      <StepList steps={steps} list={ROOT} />
      <EndMark />
    </ScrollCanvas>
  );
}

/** Where a run comes out. */
export function EndMark() {
  const status = useNodeStatus("_end");
  const isReached = status?.status === "succeeded";
  return (
    <span
      className="fd-end"
      data-reached={isReached || undefined}
      style={isReached ? { borderColor: "var(--status-succeeded)" } : undefined}
    >
      <Flag aria-hidden className="size-3.5 text-muted-foreground" /> End
    </span>
  );
}

/** The card of the beginning. */
export function StartCard({ step }: { step: ListStep }) {
  const status = useNodeStatus(step.id);
  return <StepCard step={step} status={status} />;
}
