import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import type { Box } from "@/graph/geometry";
import { roundedPath } from "../edgePath";
import { getEngine } from "../layout";
import { INSIDE, labelSize, type MachineDrawing, ownSize, type StateBox } from "./drawing";
import { type DrawnLine, type PlacedMachine, routeLines } from "./routes";

const spacing: Record<string, string> = {
  "elk.layered.spacing.nodeNodeBetweenLayers": "48",
  "elk.layered.spacing.edgeNodeBetweenLayers": "24",
  "elk.spacing.nodeNode": "40",
  "elk.spacing.edgeNode": "24",
  "elk.spacing.edgeEdge": "16",
  "elk.spacing.edgeLabel": "4",
};

/** States in the order of the document: the first are where it begins. */
const options: Record<string, string> = {
  ...spacing,
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.json.edgeCoords": "ROOT",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
};

/** The label stands on its line. */
const onLine = { "elk.edgeLabels.inline": "true" };

function toElkNode(state: StateBox, states: readonly StateBox[]): ElkNode {
  const children = states.filter((each) => each.parent === state.id);
  const size = ownSize(state);
  if (children.length === 0) return { id: state.id, ...size };
  return {
    id: state.id,
    children: children.map((child) => toElkNode(child, states)),
    layoutOptions: {
      "elk.padding": `[top=${size.height + INSIDE},left=${INSIDE},bottom=${INSIDE},right=${INSIDE}]`,
      "elk.nodeSize.constraints": "MINIMUM_SIZE",
      "elk.nodeSize.minimum": `(${size.width},${size.height})`,
      ...spacing,
    },
  };
}

function collectBoxes(node: ElkNode, x: number, y: number, boxes: Map<string, Box>): void {
  for (const child of node.children ?? []) {
    const box = {
      x: Math.round(x + (child.x ?? 0)),
      y: Math.round(y + (child.y ?? 0)),
      width: Math.round(child.width ?? 0),
      height: Math.round(child.height ?? 0),
    };
    boxes.set(child.id, box);
    collectBoxes(child, box.x, box.y, boxes);
  }
}

function toLine(edge: ElkExtendedEdge): DrawnLine | null {
  const section = edge.sections?.[0];
  const label = edge.labels?.[0];
  if (!section) return null;
  const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
  return {
    path: roundedPath(points),
    label: {
      x: (label?.x ?? section.startPoint.x) + (label?.width ?? 0) / 2,
      y: (label?.y ?? section.startPoint.y) + (label?.height ?? 0) / 2,
    },
    end: section.endPoint,
    from: points.at(-2) ?? section.startPoint,
  };
}

/** Lays a machine out from left to right, states within their parents, in a worker. */
export async function layOutStates(drawing: MachineDrawing): Promise<PlacedMachine> {
  const outer = drawing.states.filter((state) => state.parent === null);
  const graph = await getEngine().layout({
    id: "root",
    layoutOptions: options,
    children: outer.map((state) => toElkNode(state, drawing.states)),
    edges: drawing.lines.map((line) => ({
      id: line.id,
      sources: [line.source],
      targets: [line.target],
      labels: line.label ? [{ text: line.label, ...labelSize(line), layoutOptions: onLine }] : [],
    })),
  });
  const boxes = new Map<string, Box>();
  collectBoxes(graph, 0, 0, boxes);
  const lines = routeLines(boxes, drawing.lines);
  for (const edge of graph.edges ?? []) {
    const line = toLine(edge);
    if (line) lines.set(edge.id, line);
  }
  return { boxes, lines };
}
