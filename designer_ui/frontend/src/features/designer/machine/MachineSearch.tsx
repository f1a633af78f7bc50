import { useViewport } from "@xyflow/react";
import type { Position } from "@/graph/types";
import { useOfferedTypes } from "../store/designerStore";
import { TypeSearch } from "../TypeSearch";
import { fitsGoal, type NamedGoal } from "./goals";

interface MachineSearchProps {
  goals: readonly NamedGoal[];
  chosen: NamedGoal;
  /** Where it opens, on the canvas. */
  at: Position;
  onChoose: (goalId: string) => void;
  onPick: (type: string) => void;
  onCancel: () => void;
  onLeave: () => void;
}

/** The search for what comes next, below the part that it belongs to. */
export function MachineSearch({ goals, chosen, at, onChoose, ...rest }: MachineSearchProps) {
  const viewport = useViewport();
  const types = useOfferedTypes().filter(({ name }) => fitsGoal(chosen.goal, name));
  return (
    <div
      className="absolute z-30"
      style={{
        left: Math.max(12, at.x * viewport.zoom + viewport.x),
        top: Math.max(12, at.y * viewport.zoom + viewport.y + 10),
      }}
    >
      <TypeSearch
        key={chosen.id}
        types={types}
        places={goals}
        placesLabel="Where it goes"
        place={chosen.id}
        onPlace={onChoose}
        {...rest}
      />
    </div>
  );
}
