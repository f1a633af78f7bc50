import type { KeyboardEvent, ReactNode, RefObject } from "react";
import { useDesignerStore } from "../store/designerStore";

interface CanvasRegionProps {
  region: RefObject<HTMLDivElement | null>;
  onKeyDown: (event: KeyboardEvent) => void;
  children: ReactNode;
}

/** The part of the page that takes the canvas's keys; a press beside the cards selects nothing. */
export function CanvasRegion({ region, onKeyDown, children }: CanvasRegionProps) {
  const store = useDesignerStore();
  return (
    <div
      ref={region}
      role="group"
      aria-label="Workflow canvas"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the canvas takes keys, as the shortcut list says
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={({ target }) => {
        const isBare = target instanceof HTMLElement && !target.closest("button, [cmdk-root]");
        if (isBare) store.getState().selectNodes([]);
      }}
      className="absolute inset-0 outline-none focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset"
    >
      {children}
    </div>
  );
}
