import {
  Background,
  BackgroundVariant,
  MiniMap,
  PanOnScrollMode,
  ReactFlow,
  type ReactFlowInstance,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { type ReactNode, useMemo, useState } from "react";
import "../canvas.css";
import "./machine.css";
import type { Position } from "@/graph/types";
import { CanvasControls } from "../CanvasControls";
import { StatusContext, type StatusStore } from "../statusStore";
import { nodeLabel } from "../toFlow";
import type { MachineDrawing } from "./drawing";
import { MachineContext, noMarks, type PartMarks } from "./MachineContext";
import type { PlacedMachine } from "./routes";
import { StateCard, type StateNode } from "./StateCard";
import { stateContent } from "./stateContent";
import { TransitionEdge, type TransitionModel } from "./TransitionEdge";

const nodeTypes = { state: StateCard };
const edgeTypes = { transition: TransitionEdge };
const FIT = { padding: 0.1, maxZoom: 1 };
/** Lines lie over the states that hold others, and under those that hold none. */
const LINES_AT = 100;
const LEAVES_AT = 200;

export type MachineInstance = ReactFlowInstance<StateNode, TransitionModel>;

/** What a person may do with the pointer; places are on the canvas, not within other states. */
export interface MachineEditing {
  onDrag: (stateId: string, to: Position) => void;
  onDrop: (stateId: string, to: Position) => void;
  /** A line was drawn from a state to a point. */
  onDraw: (stateId: string, to: Position) => void;
}

interface MachineCanvasProps {
  label: string;
  drawing: MachineDrawing;
  placed: PlacedMachine;
  statuses?: StatusStore;
  selection: ReadonlySet<string>;
  /** `isAdded`: beside what is selected already. */
  onSelect?: (partId: string | null, isAdded: boolean) => void;
  onOpen?: (partId: string) => void;
  /** Present: the machine can be edited. Keep it stable. */
  editing?: MachineEditing | null;
  marksOf?: (partId: string) => PartMarks;
  landing?: string | null;
  onReady?: (instance: MachineInstance) => void;
  hasMinimap?: boolean;
  /** Drawn above the canvas. */
  children?: ReactNode;
}

const withoutMarks = () => noMarks;

function Canvas(props: MachineCanvasProps) {
  const { label, drawing, placed, selection, onSelect, onOpen, onReady, children } = props;
  const { hasMinimap = false, editing = null, marksOf = withoutMarks, landing = null } = props;
  const isEdited = editing !== null;
  const { screenToFlowPosition } = useReactFlow();
  const [isPlaced, setIsPlaced] = useState(false);
  const nodes = useMemo(() => {
    const chosen = drawing.states.find(({ id }) => selection.has(id));
    const tabStop = (chosen ?? drawing.states[0])?.id;
    return drawing.states.map((state): StateNode => {
      const { x, y, width, height } = placed.boxes.get(state.id) ?? { x: 0, y: 0 };
      return {
        id: state.id,
        type: "state",
        position: { x, y },
        width,
        height,
        measured: { width, height },
        data: { state },
        selected: selection.has(state.id),
        zIndex: state.hasChildren ? state.depth : LEAVES_AT,
        ariaLabel: nodeLabel({ ...stateContent(state), ...marksOf(state.id) }),
        domAttributes: { tabIndex: state.id === tabStop ? 0 : -1 },
      };
    });
  }, [drawing, placed, selection, marksOf]);
  const edges = useMemo(
    () =>
      drawing.lines.flatMap((line): TransitionModel[] => {
        const drawn = placed.lines.get(line.id);
        if (!drawn) return [];
        const { id, source, target } = line;
        return [
          { id, source, target, type: "transition", zIndex: LINES_AT, data: { line, drawn } },
        ];
      }),
    [drawing, placed],
  );
  const context = useMemo(
    () => ({
      selection,
      onSelect: onSelect && ((partId: string) => onSelect(partId, false)),
      onOpen,
      isEdited,
      marksOf,
      landing,
    }),
    [selection, onSelect, onOpen, isEdited, marksOf, landing],
  );
  return (
    <MachineContext.Provider value={context}>
      <ReactFlow<StateNode, TransitionModel>
        aria-label={label}
        role="application"
        aria-busy={!isPlaced}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onInit={(instance) => {
          // The first state on an empty canvas must stay under the pointer.
          const shown = drawing.states.length > 0 ? instance.fitView(FIT) : Promise.resolve();
          void shown.then(() => setIsPlaced(true));
          onReady?.(instance);
        }}
        onNodeClick={(event, node) => {
          // Panning keeps the browser from giving it the focus by itself.
          (event.currentTarget as HTMLElement).focus();
          onSelect?.(node.id, event.shiftKey);
        }}
        onNodeDoubleClick={(_event, node) => onOpen?.(node.id)}
        onPaneClick={() => onSelect?.(null, false)}
        onNodeDrag={(_event, node) => editing?.onDrag(node.id, node.position)}
        onNodeDragStop={(_event, node) => editing?.onDrop(node.id, node.position)}
        onConnectEnd={(event, { fromNode }) => {
          const point = "changedTouches" in event ? event.changedTouches[0] : event;
          if (!fromNode || !point) return;
          const at = screenToFlowPosition({ x: point.clientX, y: point.clientY });
          editing?.onDraw(fromNode.id, at);
        }}
        connectOnClick={false}
        nodeDragThreshold={3}
        nodesDraggable={isEdited}
        nodesConnectable={isEdited}
        nodesFocusable
        edgesFocusable={false}
        elementsSelectable={false}
        elevateNodesOnSelect={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={null}
        panOnScroll
        panOnScrollMode={PanOnScrollMode.Free}
        zoomOnDoubleClick={false}
        minZoom={0.1}
        maxZoom={2}
        proOptions={{ hideAttribution: true }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={2} color="var(--canvas-dot)" />
        {hasMinimap && (
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
        {children ?? <CanvasControls />}
      </ReactFlow>
    </MachineContext.Provider>
  );
}

/** A state machine: boxes that nest, and transitions between them. Without `editing` it is read only. */
export function MachineCanvas(props: MachineCanvasProps) {
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
