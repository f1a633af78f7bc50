import { type Edge as FlowEdgeModel, type Node as FlowNodeModel, Position } from "@xyflow/react";
import { inputPlace, placePorts, sizeOf } from "@/graph/geometry";
import { statusLook } from "@/ui/status";
import type { CardContent } from "./CardFace";
import type { CanvasEdge, CanvasNode, Ghost, Route } from "./types";

export interface CardData extends Record<string, unknown> {
  node: CanvasNode;
  /** Ids of outputs with an edge, joined: a text compares fast. */
  usedPorts: string;
  isReadOnly: boolean;
}

export type CardNode = FlowNodeModel<CardData, "card" | "note">;
export type GhostNode = FlowNodeModel<{ ghost: Ghost }, "ghost">;
export type AnyNode = CardNode | GhostNode;

export interface LineData extends Record<string, unknown> {
  edge: CanvasEdge | null;
  /** Kind of the port that it leaves. */
  kind: string;
  label: string;
  route: Route | null;
}

export type LineEdge = FlowEdgeModel<LineData, "line">;

const HANDLE = 12;

/** "Task Check policy, 2 problems": what a screen reader says of a node. */
export function nodeLabel(node: CardContent, status?: string): string {
  const parts = [`${node.typeTitle ?? node.type} ${node.title}`.trim()];
  if (status) parts.push(statusLook(status).label.toLowerCase());
  if (node.problemCount) {
    parts.push(`${node.problemCount} ${node.problemCount === 1 ? "problem" : "problems"}`);
  }
  if (node.isChanged) parts.push("changed");
  return parts.join(", ");
}

export interface NodeFlags {
  isSelected: boolean;
  isReadOnly: boolean;
  isTabStop: boolean;
  usedPorts: string;
}

/** A node as React Flow wants it: size and handles given, so that nothing has to be measured. */
export function toFlowNode(node: CanvasNode, flags: NodeFlags): CardNode {
  const size = sizeOf(node.type, node.ports);
  const input = inputPlace(node.type);
  const centred = { width: HANDLE, height: HANDLE };
  return {
    id: node.id,
    type: node.type === "note" ? "note" : "card",
    position: node.position,
    data: { node, usedPorts: flags.usedPorts, isReadOnly: flags.isReadOnly },
    selected: flags.isSelected,
    ...size,
    measured: size,
    zIndex: node.type === "note" ? -1 : 0,
    ariaLabel: nodeLabel(node),
    domAttributes: { tabIndex: flags.isTabStop ? 0 : -1 },
    handles: [
      ...(input
        ? [
            {
              id: null,
              type: "target" as const,
              position: Position.Left,
              x: input.x - HANDLE / 2,
              y: input.y - HANDLE / 2,
              ...centred,
            },
          ]
        : []),
      ...placePorts(node.type, node.ports).map((port) => ({
        id: port.id,
        type: "source" as const,
        position: port.side === "right" ? Position.Right : Position.Bottom,
        x: port.x - HANDLE / 2,
        y: port.y - HANDLE / 2,
        ...centred,
      })),
    ],
  };
}

export const GHOST_ID = "__ghost";

export function toGhostNode(ghost: Ghost): GhostNode {
  const size = sizeOf("ghost", []);
  return {
    id: GHOST_ID,
    type: "ghost",
    position: ghost.position,
    data: { ghost },
    ...size,
    measured: size,
    draggable: false,
    selectable: false,
    focusable: false,
    connectable: false,
    handles: [
      {
        id: null,
        type: "target",
        position: Position.Left,
        x: -6,
        y: 24,
        width: HANDLE,
        height: HANDLE,
      },
    ],
  };
}

export function toFlowEdge(
  edge: CanvasEdge,
  source: CanvasNode | undefined,
  isSelected: boolean,
  route: Route | null,
): LineEdge {
  const port = source?.ports.find((each) => each.id === edge.source_port);
  return {
    id: edge.id,
    type: "line",
    source: edge.source,
    sourceHandle: edge.source_port,
    target: edge.target,
    selected: isSelected,
    data: { edge, kind: port?.kind ?? "normal", label: edge.label ?? "", route },
    zIndex: isSelected ? 1 : 0,
    ariaLabel: `Connection from ${source?.title ?? edge.source} ${port?.label ?? ""}`.trim(),
  };
}

export function toGhostEdge(ghost: Ghost): LineEdge | null {
  if (!ghost.source || !ghost.sourcePort) return null;
  return {
    id: GHOST_ID,
    type: "line",
    source: ghost.source,
    sourceHandle: ghost.sourcePort,
    target: GHOST_ID,
    selectable: false,
    focusable: false,
    data: { edge: null, kind: "ghost", label: "", route: null },
  };
}
