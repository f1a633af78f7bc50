import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { cn } from "@/ui/cn";
import { useIsCrossed } from "../statusStore";
import type { TransitionLine } from "./drawing";
import { useMachine } from "./MachineContext";
import { ActionButton, WayText } from "./PartButton";
import type { DrawnLine } from "./routes";

export type TransitionModel = Edge<{ line: TransitionLine; drawn: DrawnLine }, "transition">;

const ARROW = 9;

/** A triangle that ends in the point. */
function arrowOf({ end, from }: DrawnLine): string {
  const angle = Math.atan2(end.y - from.y, end.x - from.x);
  const corner = (turn: number) =>
    `${end.x - ARROW * Math.cos(angle + turn)},${end.y - ARROW * Math.sin(angle + turn)}`;
  return `M${end.x},${end.y}L${corner(0.45)}L${corner(-0.45)}Z`;
}

/** A transition: a line with an arrow, its label, and what is done on the way. */
export const TransitionEdge = memo(function TransitionEdge({
  id,
  data,
}: EdgeProps<TransitionModel>) {
  const isCrossed = useIsCrossed(id);
  const { selection } = useMachine();
  if (!data) return null;
  const { line, drawn } = data;
  const isSelected = selection.has(line.transition);
  return (
    <>
      <BaseEdge
        id={id}
        path={drawn.path}
        interactionWidth={0}
        className={cn("fd-edge", isCrossed && "fd-edge-crossed", isSelected && "fd-edge-selected")}
        data-crossed={isCrossed || undefined}
      />
      <path
        d={arrowOf(drawn)}
        className={cn(
          "fd-arrow",
          isCrossed && "fd-arrow-crossed",
          isSelected && "fd-arrow-selected",
        )}
      />
      {(line.label || line.actions.length > 0) && (
        <EdgeLabelRenderer>
          <div
            className="fd-transition-label"
            style={{
              transform: `translate(-50%, -50%) translate(${drawn.label.x}px, ${drawn.label.y}px)`,
            }}
          >
            <WayText
              id={line.transition}
              text={line.label}
              label={`Transition ${line.label}, from ${line.source} to ${line.target}`}
            />
            {line.actions.map((action) => (
              <ActionButton key={action.id} action={action} />
            ))}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
