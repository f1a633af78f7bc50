import { Panel, useReactFlow } from "@xyflow/react";
import { Maximize, Minus, Plus } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "@/ui/IconButton";

/** Zoom buttons for the corner of a canvas, with room for more. */
export function CanvasControls({ children }: { children?: ReactNode }) {
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  return (
    <Panel position="bottom-center" className="!mb-4">
      <div
        role="toolbar"
        aria-label="Canvas"
        className="flex items-center gap-0.5 rounded-xl border bg-card p-1 shadow-raised"
      >
        <IconButton
          label="Zoom out"
          side="top"
          size="icon-sm"
          onClick={() => zoomOut({ duration: 120 })}
        >
          <Minus />
        </IconButton>
        <IconButton
          label="Zoom in"
          side="top"
          size="icon-sm"
          onClick={() => zoomIn({ duration: 120 })}
        >
          <Plus />
        </IconButton>
        <IconButton
          label="Zoom to fit"
          keys="Shift+Digit1"
          side="top"
          size="icon-sm"
          onClick={() => fitView({ padding: 0.07, maxZoom: 1, duration: 200 })}
        >
          <Maximize />
        </IconButton>
        {children}
      </div>
    </Panel>
  );
}
