import type { RefObject } from "react";
import { type Command, canvasCommand, listedCommand } from "@/app/commands";
import type { CanvasInstance } from "@/canvas/FlowCanvas";
import { planPaste, readClip } from "@/graph/clipboard";
import { asGraph, getNode, positionOf } from "@/graph/document";
import { NODE_WIDTH, sizeOf } from "@/graph/geometry";
import { portsOf } from "@/graph/ports";
import type { Position, ProblemItem } from "@/graph/types";
import { toastError } from "@/ui/toast";
import type { CanvasHandle, Point } from "../canvasHandle";
import type { DesignerStore } from "../store/designerStore";
import { addFromPalette, addNode, tidy } from "./actions";
import { addNote } from "./addNote";
import { focusNode, reveal, visibleCentre } from "./viewport";

const FIT = { padding: 0.07, maxZoom: 1, duration: 200 };
const PASTE_OFFSET = 40;

interface Context {
  store: DesignerStore;
  instance: CanvasInstance;
  region: RefObject<HTMLDivElement | null>;
}

function drop({ store, instance, region }: Context, type: string, { x, y }: Point): void {
  const box = region.current?.getBoundingClientRect();
  const isInside = box && x > box.left && x < box.right && y > box.top && y < box.bottom;
  if (!isInside) return;
  const at = instance.screenToFlowPosition({ x, y });
  const id = addNode(store, type, {
    source: null,
    port: null,
    at: { x: at.x - NODE_WIDTH / 2, y: at.y },
    edgeId: null,
  });
  focusNode(region.current, id);
}

/** Top left of the chosen nodes, a little aside, so that the copy does not hide the original. */
function besideSelection(store: DesignerStore): Position | null {
  const { selection, history } = store.getState();
  const places = [...selection.nodes].map((id) => positionOf(asGraph(history.present), id));
  if (places.length === 0) return null;
  return {
    x: Math.min(...places.map((place) => place.x)) + PASTE_OFFSET,
    y: Math.min(...places.map((place) => place.y)) + PASTE_OFFSET * 2,
  };
}

function paste({ store, instance }: Context, text: string): boolean {
  const clip = readClip(text);
  if (!clip || clip.nodes.length === 0) return false;
  const { history, perform, selectNodes } = store.getState();
  const centre = { x: window.innerWidth / 2, y: window.innerHeight / 2 };
  const at = besideSelection(store) ?? instance.screenToFlowPosition(centre);
  const operation = planPaste(asGraph(history.present), clip, at);
  perform(operation);
  selectNodes(operation.nodes.map((node) => node.id));
  return true;
}

function showProblem({ store, instance }: Context, problem: ProblemItem): void {
  const { history, select } = store.getState();
  const edge = asGraph(history.present).edges.find((each) => each.id === problem.edge_id);
  const nodeId = problem.node_id ?? edge?.source ?? problem.related[0];
  const isEdge = edge !== undefined && !problem.node_id;
  if (isEdge) select({ nodes: new Set(), edges: new Set([edge.id]) });
  else if (nodeId) select({ nodes: new Set([nodeId]), edges: new Set() });
  if (!nodeId) return;
  const nodes = [nodeId, ...(isEdge ? [edge.target] : []), ...problem.related].map((id) => ({
    id,
  }));
  // Settings that open pan the canvas: not before it stands at the problem.
  void instance
    .fitView({ nodes, maxZoom: 1, padding: 0.5 })
    .then(() => store.setState({ isInspectorOpen: !isEdge }));
}

function revealNode(context: Context, nodeId: string, coveredWidth: number): void {
  const { store, instance, region } = context;
  const { history, catalog } = store.getState();
  const document = asGraph(history.present);
  const node = getNode(document, nodeId);
  if (!node || !region.current) return;
  const box = { ...positionOf(document, nodeId), ...sizeOf(node.type, portsOf(catalog, node)) };
  reveal(instance, region.current, box, { right: coveredWidth });
}

function editCommands({ store, instance, region }: Context): Command[] {
  return [
    listedCommand("quick-add-port", "Pick the output in the search", ["ArrowLeft", "ArrowRight"]),
    listedCommand("nudge", "Move the selected nodes", ["Alt+ArrowUp"]),
    canvasCommand(
      "tidy",
      "Tidy up",
      ["Shift+T"],
      () => void tidy(store, instance).catch((error: unknown) => toastError(error, "Not tidied")),
    ),
    canvasCommand("note", "Add a note", [], () => addNote(store, instance, region.current)),
    listedCommand("multi-select", "Select several: click, or draw a box, with", ["Shift"]),
  ];
}

/** What the shell of the designer may ask of a graph's canvas. */
export function graphHandle(context: Context): CanvasHandle {
  const { store, instance, region } = context;
  return {
    add: (type, preset) => {
      const id = addFromPalette(store, type, visibleCentre(instance, region.current), preset);
      focusNode(region.current, id);
    },
    dragOver: () => {},
    drop: (type, at) => drop(context, type, at),
    paste: (text) => paste(context, text),
    selectAll: () => {
      const document = asGraph(store.getState().history.present);
      store.getState().select({
        nodes: new Set(document.nodes.map((node) => node.id)),
        edges: new Set(document.edges.map((edge) => edge.id)),
      });
    },
    showProblem: (problem) => showProblem(context, problem),
    reveal: (nodeId, coveredWidth) => revealNode(context, nodeId, coveredWidth),
    focus: (nodeId) =>
      nodeId === null
        ? region.current?.focus({ preventScroll: true })
        : focusNode(region.current, nodeId),
    fit: () => void instance.fitView(FIT),
    commands: editCommands(context),
  };
}
