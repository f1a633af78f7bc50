import { type RefObject, useCallback, useEffect, useRef } from "react";
import type { CanvasInstance } from "@/canvas/FlowCanvas";
import { HEADER_HEIGHT, NODE_WIDTH } from "@/graph/geometry";
import type { Position } from "@/graph/types";

/** What pages do with a canvas of nodes and edges, whatever is drawn on it. */
export interface DiagramInstance
  extends Pick<CanvasInstance, "getViewport" | "getZoom" | "setCenter"> {
  getNode(id: string): { position: Position } | undefined;
  fitView(options: { nodes: { id: string }[]; padding: number; maxZoom: number }): void;
}

/** Below this, titles cannot be read: show a part instead of the whole. */
const READABLE_ZOOM = 0.55;
const PART_ZOOM = 0.75;

/**
 * Shows the whole graph where it can be read, else the part where the run is, and goes along with it
 * until the person takes the canvas in hand.
 */
export function useFollowedView(frame: RefObject<HTMLElement | null>, focus: string | null) {
  const instance = useRef<DiagramInstance | null>(null);
  const isFollowing = useRef(false);
  const latest = useRef(focus);
  latest.current = focus;

  const show = useCallback((nodeId: string | null, duration: number) => {
    const node = nodeId === null ? undefined : instance.current?.getNode(nodeId);
    if (node) {
      const { x, y } = node.position;
      instance.current?.setCenter(x + NODE_WIDTH / 2, y + HEADER_HEIGHT / 2, {
        zoom: PART_ZOOM,
        duration,
      });
    }
  }, []);

  const onReady = useCallback(
    (ready: DiagramInstance) => {
      instance.current = ready;
      requestAnimationFrame(() => {
        isFollowing.current = ready.getZoom() < READABLE_ZOOM;
        if (isFollowing.current) {
          show(latest.current, 0);
        }
      });
    },
    [show],
  );

  useEffect(() => {
    if (isFollowing.current) {
      show(focus, 250);
    }
  }, [focus, show]);

  useEffect(() => {
    const element = frame.current;
    const stop = () => {
      isFollowing.current = false;
    };
    element?.addEventListener("pointerdown", stop);
    element?.addEventListener("wheel", stop, { passive: true });
    return () => {
      element?.removeEventListener("pointerdown", stop);
      element?.removeEventListener("wheel", stop);
    };
  }, [frame]);

  return { instance, onReady };
}
