import type { CanvasInstance } from "@/canvas/FlowCanvas";
import { layOut } from "@/canvas/layout";
import { planConnection } from "@/graph/connect";
import {
  asGraph,
  boxesOf,
  getNode,
  isPortUsed,
  makeEdge,
  makeNode,
  positionOf,
  wishBehind,
} from "@/graph/document";
import { findFreePlace, HEADER_HEIGHT, NODE_WIDTH, normalPorts, sizeOf } from "@/graph/geometry";
import { newEdgeId, newNodeId } from "@/graph/ids";
import type { GraphOperation } from "@/graph/operations";
import { hasInput, portsOf } from "@/graph/ports";
import type { Catalog, Edge, GraphDocument, NodePort, Position } from "@/graph/types";
import { toast } from "@/ui/toast";
import type { NodePreset } from "../canvasHandle";
import type { DesignerStore, QuickAddRequest } from "../store/designerStore";
import { canvasNodesOf } from "./canvasModel";

/** The first way on without an edge, or null. */
export function loosePort(
  document: GraphDocument,
  catalog: Catalog,
  nodeId: string,
): NodePort | null {
  const node = getNode(document, nodeId);
  if (!node) return null;
  return (
    normalPorts(portsOf(catalog, node)).find((port) => !isPortUsed(document, nodeId, port.id)) ??
    null
  );
}

/** Where a node of a type would land for a request. */
export function planPlace(
  document: GraphDocument,
  catalog: Catalog,
  type: string,
  request: QuickAddRequest,
): Position {
  const ports = portsOf(catalog, { type, config: catalog.get(type)?.default_config ?? {} });
  const size = sizeOf(type, ports);
  const edge = request.edgeId
    ? document.edges.find((each) => each.id === request.edgeId)
    : undefined;
  const wish = request.at
    ? { x: request.at.x, y: request.at.y - HEADER_HEIGHT / 2 }
    : edge
      ? middleBetween(document, edge)
      : request.source
        ? wishBehind(document, catalog, request.source, request.port ?? "out")
        : { x: 0, y: 0 };
  const place = findFreePlace(wish, size, boxesOf(document, catalog));
  return { x: Math.round(place.x), y: Math.round(place.y) };
}

function middleBetween(document: GraphDocument, edge: Edge): Position {
  const from = positionOf(document, edge.source);
  const to = positionOf(document, edge.target);
  return { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
}

function planAdd(
  document: GraphDocument,
  catalog: Catalog,
  type: string,
  request: QuickAddRequest,
  preset: NodePreset,
): { operation: GraphOperation; id: string } {
  const id = newNodeId(document, catalog.get(type)?.title ?? type);
  const made = makeNode(catalog, type, id);
  const node = { ...made, ...preset, config: { ...made.config, ...preset.config } };
  const position = planPlace(document, catalog, type, request);
  const edgeIds = new Set(document.edges.map((edge) => edge.id));
  const split = request.edgeId
    ? document.edges.find((each) => each.id === request.edgeId)
    : undefined;
  const wire = (source: string, port: string, target: string) => {
    const edge = makeEdge(newEdgeId(edgeIds, source, port, target), source, port, target);
    edgeIds.add(edge.id);
    return edge;
  };
  if (split && hasInput(type)) {
    const [first] = normalPorts(portsOf(catalog, node));
    const edges = [{ ...wire(split.source, split.source_port, id), label: split.label }];
    if (first) edges.push(wire(id, first.id, split.target));
    return { operation: { kind: "insert", edgeId: split.id, node, position, edges }, id };
  }
  const isWired = request.source && request.port && hasInput(type);
  const edges = isWired ? [wire(request.source as string, request.port as string, id)] : [];
  return { operation: { kind: "add", nodes: [node], edges, positions: { [id]: position } }, id };
}

/** Adds a node of a type where the request says, wires it, and selects it. Returns its id. */
export function addNode(
  store: DesignerStore,
  type: string,
  request: QuickAddRequest,
  preset: NodePreset = {},
): string {
  const { history, catalog, perform, selectNodes } = store.getState();
  const { operation, id } = planAdd(asGraph(history.present), catalog, type, request, preset);
  perform(operation);
  selectNodes([id]);
  return id;
}

/** Adds a node from the palette: behind the selected node where that has a loose way on, else at `at`. */
export function addFromPalette(
  store: DesignerStore,
  type: string,
  at: Position,
  preset: NodePreset = {},
): string {
  const { history, catalog, selection } = store.getState();
  const document = asGraph(history.present);
  const [selected] = selection.nodes;
  const port =
    selection.nodes.size === 1 && selected && hasInput(type)
      ? loosePort(document, catalog, selected)
      : null;
  return addNode(
    store,
    type,
    {
      source: port && selected ? selected : null,
      port: port?.id ?? null,
      at: port ? null : { x: at.x - NODE_WIDTH / 2, y: at.y },
      edgeId: null,
    },
    preset,
  );
}

/** Wires two nodes, or says why that cannot be. */
export function connect(store: DesignerStore, source: string, port: string, target: string): void {
  const { history, catalog, perform } = store.getState();
  const result = planConnection(asGraph(history.present), catalog, { source, port, target });
  if (result.edge) perform({ kind: "connect", edge: result.edge });
  else toast.error("Not connected", { description: result.reason });
}

/** Lays the whole graph out. Its edges follow the layout's bend points until something moves. */
export async function tidy(store: DesignerStore, instance: CanvasInstance | null): Promise<void> {
  const { history, catalog } = store.getState();
  const before = asGraph(history.present);
  const { positions, routes } = await layOut(canvasNodesOf(before, catalog), before.edges);
  // Somebody may have gone on drawing while the layout was made.
  if (store.getState().history.present !== before) return;
  store.getState().perform({ kind: "tidy", positions });
  const { layout } = asGraph(store.getState().history.present);
  store.setState({ routes: { layout, byEdge: routes } });
  // Once the new places are drawn.
  requestAnimationFrame(() => void instance?.fitView({ padding: 0.07, maxZoom: 1, duration: 200 }));
}
