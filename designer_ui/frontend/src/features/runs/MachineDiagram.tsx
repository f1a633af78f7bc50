import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useMemo, useRef } from "react";
import type { Canvas } from "@/api/types";
import { drawingOf, type MachineDrawing } from "@/canvas/machine/drawing";
import { MachineCanvas } from "@/canvas/machine/MachineCanvas";
import { placedStates } from "@/canvas/machine/placed";
import type { StatusStore } from "@/canvas/statusStore";
import { arrowDirections, findNeighbour } from "@/graph/navigate";
import { LoadError } from "@/live/LoadError";
import { Skeleton } from "@/ui/Skeleton";
import type { DiagramInstance } from "./useFollowedView";

interface MachineDiagramProps {
  label: string;
  canvas: Canvas;
  statuses?: StatusStore;
  selected?: string | null;
  onSelect?: (nodeId: string | null) => void;
  onReady?: (instance: DiagramInstance) => void;
  hasMinimap?: boolean;
}

/** Whether a canvas holds states and transitions. */
export const hasStates = (canvas: Canvas): boolean => canvas.kind === "state_machine";

/** The states that a state lies in. */
function holdersOf({ states }: MachineDrawing, id: string): ReadonlySet<string> {
  const parentOf = (child: string) => states.find((state) => state.id === child)?.parent ?? null;
  const holders = new Set<string>();
  for (let parent = parentOf(id); parent !== null; parent = parentOf(parent)) holders.add(parent);
  return holders;
}

/** A state machine as it was drawn, read only; the arrow keys walk from state to state. */
export function MachineDiagram({ canvas, selected = null, ...props }: MachineDiagramProps) {
  const { onSelect } = props;
  const frame = useRef<HTMLDivElement>(null);
  const drawing = useMemo(() => drawingOf(canvas), [canvas]);
  const byHand = useMemo(
    () => placedStates(drawing, canvas.layout.nodes),
    [drawing, canvas.layout],
  );
  const layout = useQuery({
    queryKey: ["layout", "machine", drawing],
    queryFn: async () => {
      const { layOutStates } = await import("@/canvas/machine/layoutStates");
      return layOutStates(drawing);
    },
    enabled: byHand === null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const placed = byHand ?? layout.data;
  const selection = useMemo(() => new Set(selected === null ? [] : [selected]), [selected]);
  const walk = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const here = target.dataset.id;
    if (!here || !placed || !onSelect || !target.matches(".react-flow__node")) return;
    const direction = arrowDirections[event.key];
    if (!direction && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    // What it lies in is on all sides of it, and so in no direction.
    const around = holdersOf(drawing, here);
    const boxes = [...placed.boxes]
      .filter(([id]) => !around.has(id))
      .map(([id, box]) => ({ id, ...box }));
    const next = (direction && findNeighbour(boxes, here, direction)) ?? here;
    onSelect(next);
    frame.current?.querySelector<HTMLElement>(`.react-flow__node[data-id="${next}"]`)?.focus();
  };
  if (layout.isError) return <LoadError error={layout.error} onRetry={() => layout.refetch()} />;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble up here from the states, which have the focus
    <div ref={frame} className="relative h-full w-full" onKeyDown={walk}>
      {placed ? (
        <MachineCanvas {...props} drawing={drawing} placed={placed} selection={selection} />
      ) : (
        <div role="status" aria-label="Drawing" className="grid h-full place-items-center p-8">
          <Skeleton className="h-24 w-2/3" />
        </div>
      )}
    </div>
  );
}
