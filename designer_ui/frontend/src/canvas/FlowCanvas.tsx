import {
  Background,
  BackgroundVariant,
  type Connection,
  type EdgeChange,
  type FinalConnectionState,
  MiniMap,
  type NodeChange,
  PanOnScrollMode,
  ReactFlow,
  type ReactFlowInstance,
  ReactFlowProvider,
  SelectionMode,
} from "@xyflow/react";
import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import type { Position } from "@/graph/types";
import "./canvas.css";
import { CanvasContext } from "./CanvasContext";
import { GhostCard } from "./GhostCard";
import { LineEdge } from "./LineEdge";
import { NodeCard } from "./NodeCard";
import { NoteCard } from "./NoteCard";
import { StatusContext, type StatusStore } from "./statusStore";
import { type AnyNode, GHOST_ID, type LineEdge as LineEdgeModel } from "./toFlow";
import {
  type CanvasEdge,
  type CanvasEditing,
  type CanvasNode,
  type Ghost,
  noSelection,
  type Route,
  type Selection,
} from "./types";
import { useFlowModel } from "./useFlowModel";

const nodeTypes = { card: NodeCard, note: NoteCard, ghost: GhostCard };
const edgeTypes = { line: LineEdge };
const noPlaces: Record<string, Position> = {};
const FIT = { padding: 0.07, maxZoom: 1 };
const MANY_NODES = 150;
const NARROW = 768;
/** Larger than this, a graph that fits the screen is too small to read. */
const READABLE = 4_000;
/** Where a canvas without nodes looks: its first node lands with room around it. */
const EMPTY_VIEW = { x: 120, y: 200, zoom: 1 };

export type CanvasInstance = ReactFlowInstance<AnyNode, LineEdgeModel>;

export interface FlowCanvasProps {
  /** Names the canvas for assistive technology. */
  label: string;
  nodes: readonly CanvasNode[];
  edges: readonly CanvasEdge[];
  /** Statuses of a run, when it shows one. */
  statuses?: StatusStore;
  selection?: Selection;
  onSelect?: (selection: Selection) => void;
  onOpen?: (nodeId: string) => void;
  /** Present: the canvas can be edited. Keep it stable. */
  editing?: CanvasEditing | null;
  ghost?: Ghost | null;
  routes?: Readonly<Record<string, Route>> | null;
  onReady?: (instance: CanvasInstance) => void;
  hasMinimap?: boolean;
  /** Drawn above the canvas: buttons, an empty state. */
  children?: ReactNode;
}

/**
 * The whole graph, where it can be read at that size; else its beginning. Done by hand, because
 * React Flow's own fit waits for nodes to be measured, and draws none that are out of sight. Later
 * nodes change nothing: the first one on an empty canvas must stay under the pointer.
 */
async function showAtFirst(instance: CanvasInstance): Promise<void> {
  const nodes = instance.getNodes();
  const [first] = nodes.toSorted((a, b) => a.position.x - b.position.x);
  if (!first) return;
  const { width, height } = instance.getNodesBounds(nodes);
  const isReadable = window.innerWidth >= NARROW && width < READABLE && height < READABLE;
  if (isReadable) {
    await instance.fitView(FIT);
    return;
  }
  const zoom = 0.7;
  const x = 20 - first.position.x * zoom;
  const y = window.innerHeight * 0.35 - first.position.y * zoom;
  await instance.setViewport({ x, y, zoom });
}

type SetOfIds = ReadonlySet<string>;

function applySelect(
  ids: SetOfIds,
  changes: readonly { type: string; id?: string; selected?: boolean }[],
): SetOfIds {
  const next = new Set(ids);
  for (const change of changes) {
    if (change.type !== "select" || !change.id || change.id === GHOST_ID) continue;
    if (change.selected) next.add(change.id);
    else next.delete(change.id);
  }
  return next;
}

function Canvas({
  label,
  nodes,
  edges,
  selection = noSelection,
  onSelect,
  onOpen,
  editing = null,
  ghost = null,
  routes = null,
  onReady,
  hasMinimap = true,
  children,
}: FlowCanvasProps) {
  const [dragged, setDragged] = useState<Record<string, Position>>(noPlaces);
  const isReadOnly = editing === null;
  const model = useFlowModel({ nodes, edges, selection, isReadOnly, ghost, routes, dragged });
  const connected = useRef(false);
  // Nodes and edges report their selection one after the other, before the next drawing.
  const latest = useRef(selection);
  latest.current = selection;

  const select = useCallback(
    (next: Selection) => {
      latest.current = next;
      onSelect?.(next);
    },
    [onSelect],
  );

  const onNodesChange = useCallback(
    (changes: NodeChange<AnyNode>[]) => {
      if (changes.some((change) => change.type === "select")) {
        select({ ...latest.current, nodes: applySelect(latest.current.nodes, changes) });
      }
      const places: Record<string, Position> = {};
      let isMoving = false;
      for (const change of changes) {
        if (change.type !== "position" || !change.position) continue;
        places[change.id] = change.position;
        isMoving ||= change.dragging === true;
      }
      if (Object.keys(places).length === 0) return;
      if (isMoving) setDragged((before) => ({ ...before, ...places }));
    },
    [select],
  );

  const onEdgesChange = useCallback(
    (changes: EdgeChange<LineEdgeModel>[]) => {
      if (!changes.some((change) => change.type === "select")) return;
      select({ ...latest.current, edges: applySelect(latest.current.edges, changes) });
    },
    [select],
  );

  const finishDrag = useCallback(
    (_event: unknown, _node: unknown, moved: AnyNode[]) => {
      setDragged(noPlaces);
      const places: Record<string, Position> = {};
      for (const node of moved) {
        places[node.id] = { x: Math.round(node.position.x), y: Math.round(node.position.y) };
      }
      editing?.onMove(places);
    },
    [editing],
  );
  const finishSelectionDrag = useCallback(
    (event: unknown, moved: AnyNode[]) => finishDrag(event, null, moved),
    [finishDrag],
  );

  const instance = useRef<CanvasInstance | null>(null);
  /** Until then nodes are about to move on the screen, and a pointer would miss them. */
  const [isPlaced, setIsPlaced] = useState(false);
  const onInit = useCallback(
    (ready: CanvasInstance) => {
      instance.current = ready;
      void showAtFirst(ready).then(() => setIsPlaced(true));
      onReady?.(ready);
    },
    [onReady],
  );

  const onConnect = useCallback(
    ({ source, sourceHandle, target }: Connection) => {
      connected.current = true;
      editing?.onConnect(source, sourceHandle ?? "out", target);
    },
    [editing],
  );

  const onConnectEnd = useCallback(
    (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
      const wasConnected = connected.current;
      connected.current = false;
      const source = state.fromNode?.id;
      const port = state.fromHandle?.id;
      if (wasConnected || !source || !port || !editing) return;
      const point = "changedTouches" in event ? event.changedTouches[0] : event;
      if (!point) return;
      // A drop anywhere on a node means that node; React Flow itself asks for its handle.
      const below = document.elementFromPoint(point.clientX, point.clientY);
      const target = below?.closest<HTMLElement>(".react-flow__node")?.dataset.id;
      if (target && target !== GHOST_ID) {
        if (target !== source) editing.onConnect(source, port, target);
        return;
      }
      if (!below?.closest(".react-flow__pane") || !instance.current) return;
      const at = instance.current.screenToFlowPosition({ x: point.clientX, y: point.clientY });
      editing.onConnectToNothing(source, port, at);
    },
    [editing],
  );

  const context = useMemo(() => ({ editing }), [editing]);
  return (
    <CanvasContext.Provider value={context}>
      <ReactFlow<AnyNode, LineEdgeModel>
        aria-label={label}
        role="application"
        aria-busy={!isPlaced}
        nodes={model.nodes}
        edges={model.edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onInit={onInit}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeDragStop={finishDrag}
        onSelectionDragStop={finishSelectionDrag}
        onNodeDoubleClick={(_event, node) => node.id !== GHOST_ID && onOpen?.(node.id)}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        connectOnClick={false}
        connectionRadius={36}
        nodesDraggable={!isReadOnly}
        nodesConnectable={!isReadOnly}
        nodesFocusable
        edgesFocusable={false}
        elementsSelectable
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={isReadOnly ? null : "Shift"}
        multiSelectionKeyCode={["Shift", "Meta", "Control"]}
        selectionMode={SelectionMode.Partial}
        panOnScroll
        panOnScrollMode={PanOnScrollMode.Free}
        zoomOnDoubleClick={false}
        minZoom={0.1}
        maxZoom={2}
        defaultViewport={EMPTY_VIEW}
        nodeDragThreshold={3}
        elevateNodesOnSelect
        onlyRenderVisibleElements={nodes.length > MANY_NODES}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={2} color="var(--canvas-dot)" />
        {hasMinimap && nodes.length > 0 && (
          <MiniMap
            pannable
            zoomable
            position="bottom-left"
            ariaLabel="Overview"
            className="fd-minimap"
            style={{ width: 168, height: 108 }}
            nodeBorderRadius={10}
          />
        )}
        {children}
      </ReactFlow>
    </CanvasContext.Provider>
  );
}

/**
 * The canvas that the designer and the run view share. Without `editing` it is read only; with
 * `statuses` the nodes show how they stand in a run.
 */
export function FlowCanvas(props: FlowCanvasProps) {
  const canvas = <Canvas {...props} />;
  return (
    <ReactFlowProvider>
      {props.statuses ? (
        <StatusContext.Provider value={props.statuses}>{canvas}</StatusContext.Provider>
      ) : (
        canvas
      )}
    </ReactFlowProvider>
  );
}
