import { Panel } from "@xyflow/react";
import { CardFace } from "@/canvas/CardFace";
import { useMachine } from "@/canvas/machine/MachineContext";
import { findState, type Machine, titleOfState } from "@/machine/states";
import { START_ID } from "@/pipeline/steps";
import { cn } from "@/ui/cn";
import { startSubtitle } from "../list/startSubtitle";

/** What belongs to the machine as a whole, at the corner of its canvas: start form and variables. */
export function StartCard({ machine }: { machine: Machine }) {
  const { selection, onSelect, onOpen, marksOf } = useMachine();
  const marks = marksOf(START_ID);
  const first = machine.initial === null ? undefined : findState(machine, machine.initial);
  const begins = first ? `Begins in ${titleOfState(first.state)}. ` : "";
  const isSelected = selection.has(START_ID);
  return (
    <Panel position="top-left" className="!m-3">
      <button
        type="button"
        data-node-id={START_ID}
        aria-pressed={isSelected}
        className={cn(
          "fd-card fd-part block !w-60 text-left",
          isSelected && "fd-card-selected",
          marks.problemCount && "!border-status-invalid",
        )}
        title={marks.problemText}
        onClick={() => onSelect?.(START_ID)}
        onDoubleClick={() => onOpen?.(START_ID)}
      >
        <CardFace
          node={{
            id: START_ID,
            type: "start",
            title: "Start",
            typeTitle: begins + startSubtitle(machine.input_schema),
            family: "flow",
            icon: "play",
            ...marks,
          }}
        />
      </button>
    </Panel>
  );
}
