import { useEffect, useMemo, useRef } from "react";
import type { RunDetail } from "@/api/types";
import type { StatusStore } from "@/canvas/statusStore";
import { HEADER_HEIGHT, NODE_WIDTH } from "@/graph/geometry";
import { focusOf } from "./focus";
import { useRun } from "./RunContext";
import { RunDiagram } from "./RunDiagram";
import { hasSteps, StepsDiagram } from "./StepsDiagram";
import { useFollowedView } from "./useFollowedView";
import { useStatuses } from "./useStatuses";

const MANY_NODES = 8;

const MARGIN = 24;

interface RunCanvasPaneProps {
  run: RunDetail;
  selected: string | null;
  onSelect: (nodeId: string | null) => void;
  /** Width that something lies over at the right. */
  coveredWidth: number;
}

const labelOf = (run: RunDetail) => `Diagram of ${run.workflow.title}, version ${run.version}`;

/** The canvas of the version that the run is pinned to, live. */
export function RunCanvasPane(props: RunCanvasPaneProps) {
  const { run } = props;
  const visits = useRun((state) => state.run.nodes);
  const latest = useRun((state) => state.latest);
  const statuses = useStatuses(run.canvas, visits, latest);
  const focus = useMemo(() => focusOf(latest), [latest]);
  if (!hasSteps(run.canvas)) return <RunGraph {...props} statuses={statuses} focus={focus} />;
  return (
    <StepsDiagram
      {...props}
      label={labelOf(run)}
      canvas={run.canvas}
      statuses={statuses}
      focus={focus}
    />
  );
}

interface RunGraphProps extends RunCanvasPaneProps {
  statuses: StatusStore;
  focus: string | null;
}

function RunGraph({ run, selected, onSelect, coveredWidth, statuses, focus }: RunGraphProps) {
  const frame = useRef<HTMLDivElement>(null);
  const { instance, onReady } = useFollowedView(frame, focus);

  useEffect(() => {
    const canvas = instance.current;
    const node = selected === null ? undefined : canvas?.getNode(selected);
    if (!canvas || !node || !frame.current) {
      return;
    }
    const { x, y, zoom } = canvas.getViewport();
    const left = node.position.x * zoom + x;
    const top = node.position.y * zoom + y;
    const isInSight =
      left >= 0 &&
      left + NODE_WIDTH * zoom + MARGIN <= frame.current.clientWidth - coveredWidth &&
      top >= 0 &&
      top + HEADER_HEIGHT * zoom <= frame.current.clientHeight;
    if (!isInSight) {
      const middle = node.position.x + NODE_WIDTH / 2 + coveredWidth / 2 / zoom;
      canvas.setCenter(middle, node.position.y + HEADER_HEIGHT / 2, { zoom, duration: 160 });
    }
  }, [selected, coveredWidth, instance]);

  return (
    <div ref={frame} className="h-full w-full">
      <RunDiagram
        label={labelOf(run)}
        canvas={run.canvas}
        statuses={statuses}
        selected={selected}
        onSelect={onSelect}
        onReady={onReady}
        hasMinimap={run.canvas.nodes.length > MANY_NODES}
      />
    </div>
  );
}
