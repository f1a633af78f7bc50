import { useEffect, useState } from "react";
import type { Canvas } from "@/api/types";
import { createStatusStore, type StatusStore } from "@/canvas/statusStore";
import { useNow } from "@/live/now";
import { takenEdges } from "@/live/selectors";
import type { NodeView } from "@/live/types";
import { canvasStatuses } from "./nodeStatus";

const STEP_MS = 5_000;

/** What the canvas shows of a run: how its nodes stand, and which edges data crossed. */
export function useStatuses(
  canvas: Canvas,
  visits: Readonly<Record<string, NodeView>>,
  latest: Readonly<Record<string, NodeView>>,
): StatusStore {
  const [store] = useState(createStatusStore);
  const now = useNow(STEP_MS);
  useEffect(() => {
    store.setState(({ nodes }) => ({ nodes: canvasStatuses(latest, now, nodes) }));
  }, [store, latest, now]);
  useEffect(() => {
    store.setState({ crossed: takenEdges(visits, canvas.edges) });
  }, [store, visits, canvas.edges]);
  return store;
}
