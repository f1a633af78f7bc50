import { FamilyIcon } from "@/canvas/FamilyIcon";
import type { StepDrag } from "./useStepDrag";

/** The card that follows the pointer while steps are dragged. */
export function DragPreview({ drag, count }: { drag: StepDrag; count: number }) {
  return (
    <div
      aria-hidden
      className="pointer-events-none fixed z-50 flex h-15 w-64 items-center gap-2.5 rounded-xl border-2 border-primary bg-card px-2.5 opacity-95 shadow-overlay"
      style={{ left: drag.at.x - 40, top: drag.at.y - 30 }}
    >
      <FamilyIcon icon={drag.step.card.icon} family={drag.step.card.family} />
      <span className="truncate font-semibold text-[14px]">{drag.step.card.title}</span>
      {count > 1 && (
        <span className="ml-auto rounded-full bg-primary px-2 font-semibold text-primary-foreground text-xs">
          {count}
        </span>
      )}
    </div>
  );
}
