import ELK, { type ElkExtendedEdge, type ElkNode } from "elkjs/lib/elk-api";
import ElkWorker from "elkjs/lib/elk-worker.min.js?worker";
import { inputPlace, placePorts, sizeOf } from "@/graph/geometry";
import type { Position } from "@/graph/types";
import type { CanvasEdge, CanvasNode, Route } from "./types";

export interface LayoutResult {
  positions: Record<string, Position>;
  /** Bend points of each edge. */
  routes: Record<string, Route>;
}

const options: Record<string, string> = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.thoroughness": "3",
  "elk.layered.spacing.nodeNodeBetweenLayers": "100",
  "elk.layered.spacing.edgeNodeBetweenLayers": "32",
  "elk.spacing.nodeNode": "48",
  "elk.spacing.edgeNode": "28",
  "elk.spacing.edgeEdge": "16",
};

/** Straighter edges, and the order in which things were drawn; too slow for large graphs. */
const careful: Record<string, string> = {
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
};

const CAREFUL_UP_TO = 150;

type Engine = Pick<InstanceType<typeof ELK>, "layout">;

let engine: Engine | null = null;

/** A worker whose program does not arrive would never answer: it fails, and the next call gets a new one. */
function startEngine(): Engine {
  const worker = new ElkWorker();
  const elk = new ELK({ workerFactory: () => worker });
  const failure = new Promise<never>((_resolve, reject) => {
    worker.addEventListener("error", () => {
      engine = null;
      worker.terminate();
      reject(new Error("The program that lays out drawings did not arrive."));
    });
  });
  failure.catch(() => {});
  return { layout: (graph, how) => Promise.race([elk.layout(graph, how), failure]) };
}

export function getEngine(): Engine {
  engine ??= startEngine();
  return engine;
}

const portKey = (node: string, port: string) => `${node}\u0000${port}`;
const INPUT = "\u0000in";

function toElkNode(node: CanvasNode): ElkNode {
  const size = sizeOf(node.type, node.ports);
  const input = inputPlace(node.type);
  return {
    id: node.id,
    ...size,
    layoutOptions: { "elk.portConstraints": "FIXED_POS" },
    ports: [
      ...(input
        ? [
            {
              id: portKey(node.id, INPUT),
              x: input.x,
              y: input.y,
              layoutOptions: { "elk.port.side": "WEST" },
            },
          ]
        : []),
      ...placePorts(node.type, node.ports).map((port) => ({
        id: portKey(node.id, port.id),
        x: port.x,
        y: port.y,
        layoutOptions: { "elk.port.side": port.side === "right" ? "EAST" : "SOUTH" },
      })),
    ],
  };
}

function routeOf(edge: ElkExtendedEdge): Route {
  return (edge.sections ?? []).flatMap((section) => [
    section.startPoint,
    ...(section.bendPoints ?? []),
    section.endPoint,
  ]);
}

/** Lays a graph out from left to right, in a worker. Notes stay where they are. */
export async function layOut(
  nodes: readonly CanvasNode[],
  edges: readonly CanvasEdge[],
): Promise<LayoutResult> {
  const placed = nodes.filter((node) => node.type !== "note");
  const known = new Set(
    placed.flatMap((node) => node.ports.map((port) => portKey(node.id, port.id))),
  );
  const ids = new Set(placed.map((node) => node.id));
  const graph = await getEngine().layout({
    id: "root",
    layoutOptions: placed.length <= CAREFUL_UP_TO ? { ...options, ...careful } : options,
    children: placed.map(toElkNode),
    edges: edges
      .filter((edge) => ids.has(edge.target) && known.has(portKey(edge.source, edge.source_port)))
      .map((edge) => ({
        id: edge.id,
        sources: [portKey(edge.source, edge.source_port)],
        targets: [portKey(edge.target, INPUT)],
      })),
  });
  const positions: Record<string, Position> = {};
  for (const node of graph.children ?? []) {
    positions[node.id] = { x: Math.round(node.x ?? 0), y: Math.round(node.y ?? 0) };
  }
  const routes: Record<string, Route> = {};
  for (const edge of graph.edges ?? []) routes[edge.id] = routeOf(edge);
  return { positions, routes };
}
