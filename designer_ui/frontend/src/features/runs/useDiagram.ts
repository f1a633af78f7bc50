import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { paletteQuery } from "@/api/queries";
import type { Canvas } from "@/api/types";
import { typeTitleOf } from "@/canvas/fromApi";
import type { CanvasEdge, CanvasNode, Route } from "@/canvas/types";

const MOST_RETRIES = 40;
const RETRY_MILLISECONDS = 1_500;

export interface Diagram {
  readonly nodes: readonly CanvasNode[];
  readonly edges: readonly CanvasEdge[];
  readonly routes: Readonly<Record<string, Route>> | null;
}

/** A version's canvas ready to draw; laid out by machine where people have not. Null until it is. */
export function useDiagram(canvas: Canvas): Diagram | null {
  const { data: palette } = useQuery(paletteQuery);
  const isPlaced = canvas.nodes.every((node) => node.id in canvas.layout.nodes);
  const unplaced = useMemo(
    () => canvas.nodes.map((node) => ({ ...node, position: { x: 0, y: 0 } })),
    [canvas],
  );
  const layout = useQuery({
    queryKey: ["layout", canvas.nodes, canvas.edges],
    queryFn: async () => {
      const { layOut } = await import("@/canvas/layout");
      return layOut(unplaced, canvas.edges);
    },
    enabled: !isPlaced,
    staleTime: Number.POSITIVE_INFINITY,
    // The server may be away just when the program that does it is asked for.
    retry: MOST_RETRIES,
    retryDelay: RETRY_MILLISECONDS,
  });
  return useMemo(() => {
    const positions = isPlaced ? canvas.layout.nodes : layout.data?.positions;
    if (!positions) {
      return null;
    }
    const titles = new Map(palette?.types.map((type) => [type.name, type.title]));
    return {
      nodes: unplaced.map((node) => ({
        ...node,
        typeTitle: titles.get(node.type) ?? typeTitleOf(node.type),
        position: positions[node.id] ?? { x: 0, y: 0 },
      })),
      edges: canvas.edges,
      routes: isPlaced ? null : (layout.data?.routes ?? null),
    };
  }, [canvas, isPlaced, layout.data, palette, unplaced]);
}
