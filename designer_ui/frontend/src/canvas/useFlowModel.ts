import { useMemo, useRef } from "react";
import type { Position } from "@/graph/types";
import {
  type AnyNode,
  type CardNode,
  type LineEdge,
  toFlowEdge,
  toFlowNode,
  toGhostEdge,
  toGhostNode,
} from "./toFlow";
import type { CanvasEdge, CanvasNode, Ghost, Route, Selection } from "./types";

interface FlowModelInput {
  nodes: readonly CanvasNode[];
  edges: readonly CanvasEdge[];
  selection: Selection;
  isReadOnly: boolean;
  ghost: Ghost | null;
  routes: Readonly<Record<string, Route>> | null;
  /** Where nodes are while they are being dragged. */
  dragged: Readonly<Record<string, Position>>;
}

interface CachedNode {
  source: CanvasNode;
  key: string;
  result: CardNode;
}

interface CachedEdge {
  source: CanvasEdge;
  key: string;
  from: CanvasNode | undefined;
  route: Route | null;
  result: LineEdge;
}

/**
 * React Flow's nodes and edges for the canvas' own. An object that did not change stays the very
 * same, so that React Flow draws only what did: with a thousand nodes that is what keeps it quick.
 */
export function useFlowModel(input: FlowModelInput): { nodes: AnyNode[]; edges: LineEdge[] } {
  const { nodes, edges, selection, isReadOnly, ghost, routes, dragged } = input;
  const nodeCache = useRef(new Map<string, CachedNode>());
  const edgeCache = useRef(new Map<string, CachedEdge>());

  const usedPorts = useMemo(() => {
    const used = new Map<string, Set<string>>();
    for (const edge of edges) {
      const ports = used.get(edge.source);
      if (ports) ports.add(edge.source_port);
      else used.set(edge.source, new Set([edge.source_port]));
    }
    return new Map([...used].map(([id, ports]) => [id, [...ports].join(" ")]));
  }, [edges]);

  const tabStop = nodes.find((node) => selection.nodes.has(node.id))?.id ?? nodes[0]?.id;

  const flowNodes = useMemo<AnyNode[]>(() => {
    const next = new Map<string, CachedNode>();
    const result: AnyNode[] = nodes.map((node) => {
      const place = dragged[node.id];
      const flags = {
        isSelected: selection.nodes.has(node.id),
        isReadOnly,
        isTabStop: node.id === tabStop,
        usedPorts: usedPorts.get(node.id) ?? "",
      };
      const key = `${flags.isSelected} ${isReadOnly} ${flags.isTabStop} ${flags.usedPorts} ${place?.x} ${place?.y}`;
      const cached = nodeCache.current.get(node.id);
      const entry =
        cached && cached.source === node && cached.key === key
          ? cached
          : {
              source: node,
              key,
              result: toFlowNode(place ? { ...node, position: place } : node, flags),
            };
      next.set(node.id, entry);
      return entry.result;
    });
    nodeCache.current = next;
    if (ghost) result.push(toGhostNode(ghost));
    return result;
  }, [nodes, dragged, selection, isReadOnly, tabStop, usedPorts, ghost]);

  const flowEdges = useMemo<LineEdge[]>(() => {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const next = new Map<string, CachedEdge>();
    const result = edges
      .filter((edge) => byId.has(edge.source) && byId.has(edge.target))
      .map((edge) => {
        const from = byId.get(edge.source);
        const isMoving = edge.source in dragged || edge.target in dragged;
        const route = isMoving ? null : (routes?.[edge.id] ?? null);
        const key = String(selection.edges.has(edge.id));
        const cached = edgeCache.current.get(edge.id);
        const isSame =
          cached?.source === edge &&
          cached.key === key &&
          cached.from?.ports === from?.ports &&
          cached.from?.title === from?.title &&
          cached.route === route;
        const entry =
          cached && isSame
            ? cached
            : {
                source: edge,
                key,
                from,
                route,
                result: toFlowEdge(edge, from, selection.edges.has(edge.id), route),
              };
        next.set(edge.id, entry);
        return entry.result;
      });
    edgeCache.current = next;
    const ghostEdge = ghost ? toGhostEdge(ghost) : null;
    return ghostEdge ? [...result, ghostEdge] : result;
  }, [nodes, edges, selection, routes, dragged, ghost]);

  return { nodes: flowNodes, edges: flowEdges };
}
