import { type KeyboardEvent, useCallback, useMemo, useRef } from "react";
import type { Canvas } from "@/api/types";
import { CanvasControls } from "@/canvas/CanvasControls";
import { FlowCanvas } from "@/canvas/FlowCanvas";
import type { StatusStore } from "@/canvas/statusStore";
import { noSelection, type Selection } from "@/canvas/types";
import { sizeOf } from "@/graph/geometry";
import { type Direction, findNeighbour } from "@/graph/navigate";
import { Skeleton } from "@/ui/Skeleton";
import { hasStates, MachineDiagram } from "./MachineDiagram";
import { hasSteps, StepsDiagram } from "./StepsDiagram";
import { useDiagram } from "./useDiagram";
import type { DiagramInstance } from "./useFollowedView";

interface RunDiagramProps {
  label: string;
  canvas: Canvas;
  statuses?: StatusStore;
  selected?: string | null;
  onSelect?: (nodeId: string | null) => void;
  /** Given the instance of a canvas of nodes and edges. */
  onReady?: (instance: DiagramInstance) => void;
  hasMinimap?: boolean;
}

/** A version as it was drawn, read only: steps in a list, states in each other, or nodes and edges. */
export function RunDiagram(props: RunDiagramProps) {
  if (hasStates(props.canvas)) return <MachineDiagram {...props} />;
  return hasSteps(props.canvas) ? <StepsDiagram {...props} /> : <GraphDiagram {...props} />;
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** A graph's canvas; the arrow keys walk from node to node. */
function GraphDiagram({
  label,
  canvas,
  statuses,
  selected = null,
  onSelect,
  onReady,
  hasMinimap = false,
}: RunDiagramProps) {
  const diagram = useDiagram(canvas);
  const frame = useRef<HTMLDivElement>(null);
  const selection = useMemo<Selection>(
    () => (selected === null ? noSelection : { nodes: new Set([selected]), edges: new Set() }),
    [selected],
  );
  const select = useCallback(
    (next: Selection) => onSelect?.([...next.nodes].at(-1) ?? null),
    [onSelect],
  );
  const walk = (event: KeyboardEvent) => {
    const here = (event.target as HTMLElement).closest<HTMLElement>(".react-flow__node")?.dataset
      .id;
    if (!here || !diagram || !onSelect) {
      return;
    }
    const direction = DIRECTIONS[event.key];
    const next = direction ? neighbourOf(diagram.nodes, here, direction) : here;
    if (direction || event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onSelect(next);
      frame.current?.querySelector<HTMLElement>(`.react-flow__node[data-id="${next}"]`)?.focus();
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble up here from the nodes, which have the focus
    <div ref={frame} className="relative h-full w-full" onKeyDown={walk}>
      {diagram ? (
        <FlowCanvas
          label={label}
          nodes={diagram.nodes}
          edges={diagram.edges}
          routes={diagram.routes}
          statuses={statuses}
          selection={selection}
          onSelect={onSelect && select}
          onReady={onReady}
          hasMinimap={hasMinimap}
        >
          <CanvasControls />
        </FlowCanvas>
      ) : (
        <div role="status" aria-label="Drawing" className="grid h-full place-items-center p-8">
          <Skeleton className="h-24 w-2/3" />
        </div>
      )}
    </div>
  );
}

type PlacedNodes = NonNullable<ReturnType<typeof useDiagram>>["nodes"];

function neighbourOf(nodes: PlacedNodes, from: string, direction: Direction): string {
  const boxes = nodes.map((node) => ({
    id: node.id,
    ...node.position,
    ...sizeOf(node.type, node.ports),
  }));
  return findNeighbour(boxes, from, direction) ?? from;
}
