import { useEffect, useRef, useState } from "react";
import type { CanvasHandle } from "./canvasHandle";
import { Drawer } from "./drawer/Drawer";
import { ConflictDialog } from "./header/ConflictDialog";
import { DesignerHeader } from "./header/DesignerHeader";
import { PublishDialog } from "./header/PublishDialog";
import { RunDialog } from "./header/RunDialog";
import { SettingsDialog } from "./header/SettingsDialog";
import { Inspector } from "./inspector/Inspector";
import type { DesignerKind } from "./kinds";
import { PalettePanel } from "./palette/PalettePanel";
import { useDesigner } from "./store/designerStore";
import { useClipboard } from "./useClipboard";
import { useDesignerCommands } from "./useDesignerCommands";
import { useIsNarrow } from "./useIsNarrow";

/** The parts of the designer, laid out around the canvas of the workflow's kind. */
export function Designer({ kind }: { kind: DesignerKind }) {
  const isNarrow = useIsNarrow();
  const [canvas, setCanvas] = useState<CanvasHandle | null>(null);
  const region = useRef<HTMLDivElement>(null);
  const isPaletteOpen = useDesigner((state) => state.isPaletteOpen);
  const isInspectorOpen = useDesigner((state) => state.isInspectorOpen);
  const dialog = useDesigner((state) => state.dialog);
  useDesignerCommands(canvas, isNarrow);
  useClipboard(canvas, isNarrow);
  useEffect(() => {
    // The keyboard is on the canvas from the start.
    if (document.activeElement === document.body) region.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <DesignerHeader isNarrow={isNarrow} />
      <div className="flex min-h-0 flex-1">
        {!isNarrow && isPaletteOpen && <PalettePanel canvas={canvas} />}
        <div className="flex min-h-0 min-w-0 flex-1 flex-col">
          <div className="relative min-h-0 flex-1">
            <kind.Canvas region={region} isReadOnly={isNarrow} onReady={setCanvas} />
            {isInspectorOpen && (
              <Inspector canvas={canvas} Settings={kind.Settings} isReadOnly={isNarrow} />
            )}
          </div>
          {!isNarrow && <Drawer canvas={canvas} />}
        </div>
      </div>
      {dialog === "publish" && <PublishDialog canvas={canvas} />}
      {dialog === "run" && <RunDialog />}
      {dialog === "settings" && <SettingsDialog />}
      <ConflictDialog />
    </>
  );
}
