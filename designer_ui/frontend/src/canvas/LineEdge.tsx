import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { Plus, Repeat, Trash2 } from "lucide-react";
import { memo } from "react";
import { cn } from "@/ui/cn";
import { useCanvas } from "./CanvasContext";
import { drawEdge } from "./edgePath";
import { useIsCrossed } from "./statusStore";
import type { LineEdge as LineEdgeModel } from "./toFlow";

export const LineEdge = memo(function LineEdge(props: EdgeProps<LineEdgeModel>) {
  const { id, data, selected } = props;
  const { editing } = useCanvas();
  const isCrossed = useIsCrossed(id);
  const { path, labelX, labelY } = drawEdge(props, data?.route ?? null);
  const edge = data?.edge;
  const label = data?.label;
  const hasTools = selected && editing && edge;
  return (
    <>
      <BaseEdge
        id={id}
        path={path}
        interactionWidth={edge ? 22 : 0}
        className={cn(
          "fd-edge",
          data?.kind === "ghost" && "fd-edge-ghost",
          (data?.kind === "error" || data?.kind === "timeout") && "fd-edge-catch",
          edge?.loop && "fd-edge-loop",
          edge?.hasProblem && "fd-edge-invalid",
          isCrossed && "fd-edge-crossed",
          selected && "fd-edge-selected",
        )}
        data-crossed={isCrossed || undefined}
      />
      {(label || edge?.loop || hasTools) && (
        <EdgeLabelRenderer>
          <div
            className="nodrag nopan absolute flex items-center gap-1"
            style={{
              transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)`,
              pointerEvents: hasTools ? "all" : "none",
              // Above the line itself, which React Flow lifts while it is selected.
              zIndex: hasTools ? 1100 : undefined,
            }}
          >
            {(label || edge?.loop) && (
              <span className="inline-flex max-w-40 items-center gap-1 truncate rounded-full border bg-card px-2 py-0.5 font-medium text-[11px] text-muted-foreground">
                {edge?.loop && <Repeat aria-label="Loop" className="size-3" />}
                {label}
              </span>
            )}
            {hasTools && (
              <>
                <button
                  type="button"
                  aria-label="Insert a node here"
                  title="Insert a node here"
                  className="fd-edge-tool"
                  onClick={() => editing.onInsert(id)}
                >
                  <Plus aria-hidden />
                </button>
                <button
                  type="button"
                  aria-label="Delete this connection"
                  title="Delete this connection"
                  className="fd-edge-tool"
                  onClick={() => editing.onDeleteEdge(id)}
                >
                  <Trash2 aria-hidden />
                </button>
              </>
            )}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
