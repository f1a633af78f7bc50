import { memo } from "react";
import { cn } from "@/ui/cn";
import { CardCorner, CardFace, cardToken } from "../CardFace";
import type { NodeStatus } from "../statusStore";
import { nodeLabel } from "../toFlow";
import { useList } from "./ListContext";
import type { ListStep } from "./model";

interface StepCardProps {
  step: ListStep;
  status: NodeStatus | undefined;
}

/** A step: chosen by a click, set up by a second one, and dragged to another place. */
export const StepCard = memo(function StepCard({ step, status }: StepCardProps) {
  const { selection, onSelect, onOpen, editing, dragged, tabStop } = useList();
  const { card } = step;
  const isSelected = selection.has(step.id);
  const token = cardToken(card, status);
  return (
    <button
      type="button"
      data-node-id={step.id}
      data-status={status?.status}
      data-draggable={editing ? "" : undefined}
      data-dragged={dragged.has(step.id) ? "" : undefined}
      aria-label={nodeLabel(card, status?.status)}
      aria-pressed={isSelected}
      tabIndex={step.id === tabStop ? 0 : -1}
      className={cn(
        "fd-step fd-card",
        isSelected && "fd-card-selected",
        status?.status === "skipped" && "fd-card-skipped",
      )}
      style={token ? { borderColor: `var(${token})` } : undefined}
      onClick={(event) => onSelect(step.id, event.shiftKey || event.ctrlKey || event.metaKey)}
      onDoubleClick={() => onOpen(step.id)}
      onPointerDown={(event) => editing?.onDragStart(event, step)}
    >
      <CardFace node={card} />
      <CardCorner node={card} status={status} />
    </button>
  );
});
