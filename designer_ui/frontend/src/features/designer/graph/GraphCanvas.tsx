import { MousePointerClick, PanelLeft, StickyNote, Wand2 } from "lucide-react";
import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useState,
} from "react";
import { CanvasControls } from "@/canvas/CanvasControls";
import { type CanvasInstance, FlowCanvas } from "@/canvas/FlowCanvas";
import type { CanvasEditing, Ghost } from "@/canvas/types";
import { asGraph } from "@/graph/document";
import { Button } from "@/ui/Button";
import { IconButton } from "@/ui/IconButton";
import { toastError } from "@/ui/toast";
import type { KindCanvasProps } from "../canvasHandle";
import { useDesigner, useDesignerStore } from "../store/designerStore";
import { addNode, connect, loosePort, tidy } from "./actions";
import { addNote } from "./addNote";
import { handleCanvasKey } from "./canvasKeys";
import { useCanvasModel } from "./canvasModel";
import { EdgeInspector } from "./EdgeInspector";
import { graphHandle } from "./graphHandle";
import { QuickAdd } from "./QuickAdd";

function EmptyCanvas({ isReadOnly }: { isReadOnly: boolean }) {
  const store = useDesignerStore();
  const hasStart = store.getState().catalog.has("start");
  return (
    <div className="pointer-events-none absolute inset-0 z-5 grid place-items-center p-6">
      <div className="max-w-sm rounded-2xl border bg-card/90 px-8 py-7 text-center shadow-raised">
        <MousePointerClick aria-hidden className="mx-auto mb-3 size-7 text-primary" />
        <h2 className="font-semibold text-base">An empty workflow</h2>
        <p className="mt-1 mb-4 text-muted-foreground text-sm">
          {isReadOnly
            ? "Open it on a larger screen to draw."
            : "Drag a node from the left, or press Tab and type what comes first."}
        </p>
        {!isReadOnly && hasStart && (
          <Button
            variant="primary"
            className="pointer-events-auto"
            onClick={() =>
              addNode(store, "start", {
                source: null,
                port: null,
                at: { x: 0, y: 30 },
                edgeId: null,
              })
            }
          >
            Add a start node
          </Button>
        )}
      </div>
    </div>
  );
}

interface CanvasToolsProps {
  instance: CanvasInstance | null;
  region: RefObject<HTMLDivElement | null>;
}

function CanvasTools({ instance, region }: CanvasToolsProps) {
  const store = useDesignerStore();
  const isPaletteOpen = useDesigner((state) => state.isPaletteOpen);
  return (
    <>
      <span aria-hidden className="mx-0.5 h-5 w-px bg-border" />
      <IconButton
        label="Tidy up"
        keys="Shift+T"
        side="top"
        size="icon-sm"
        onClick={() =>
          tidy(store, instance).catch((error: unknown) => toastError(error, "Not tidied"))
        }
      >
        <Wand2 />
      </IconButton>
      <IconButton
        label="Add a note"
        side="top"
        size="icon-sm"
        onClick={() => addNote(store, instance, region.current)}
      >
        <StickyNote />
      </IconButton>
      <IconButton
        label={isPaletteOpen ? "Hide the palette" : "Show the palette"}
        side="top"
        size="icon-sm"
        aria-pressed={isPaletteOpen}
        onClick={() => store.setState({ isPaletteOpen: !isPaletteOpen })}
      >
        <PanelLeft />
      </IconButton>
    </>
  );
}

/** The canvas of a graph, with everything that a pointer and the keyboard can do on it. */
export function GraphCanvas({ region, isReadOnly, onReady }: KindCanvasProps) {
  const store = useDesignerStore();
  const [instance, setInstance] = useState<CanvasInstance | null>(null);
  useEffect(() => {
    if (instance) onReady(graphHandle({ store, instance, region }));
    return () => onReady(null);
  }, [store, instance, region, onReady]);
  const { nodes, edges } = useCanvasModel();
  const selection = useDesigner((state) => state.selection);
  const select = useDesigner((state) => state.select);
  const quickAdd = useDesigner((state) => state.quickAdd);
  const routes = useDesigner(({ routes, history }) =>
    routes && routes.layout === asGraph(history.present).layout ? routes.byEdge : null,
  );
  const title = useDesigner((state) => state.title);
  const [ghost, setGhost] = useState<Ghost | null>(null);

  const editing = useMemo<CanvasEditing>(
    () => ({
      onMove: (positions) => store.getState().perform({ kind: "move", positions }),
      onConnect: (source, port, target) => connect(store, source, port, target),
      onConnectToNothing: (source, port, at) =>
        store.setState({ quickAdd: { source, port, at, edgeId: null } }),
      onAddAfter: (source, port) =>
        store.setState({ quickAdd: { source, port, at: null, edgeId: null } }),
      onInsert: (edgeId) => {
        const { edges } = asGraph(store.getState().history.present);
        const edge = edges.find((each) => each.id === edgeId);
        if (!edge) return;
        const { source, source_port: port } = edge;
        store.setState({ quickAdd: { source, port, at: null, edgeId } });
      },
      onDeleteEdge: (edgeId) =>
        store.getState().perform({ kind: "delete", nodeIds: [], edgeIds: [edgeId] }),
    }),
    [store],
  );

  const open = useCallback(
    (nodeId: string) => {
      store.getState().selectNodes([nodeId]);
      store.setState({ isInspectorOpen: true });
    },
    [store],
  );

  const askForNode = useCallback(() => {
    const { selection: chosen, history, catalog } = store.getState();
    const document = asGraph(history.present);
    const [source] = chosen.nodes;
    if (chosen.nodes.size > 1) return false;
    if (!source) {
      if (document.nodes.length > 0) return false;
      store.setState({ quickAdd: { source: null, port: null, at: { x: 0, y: 30 }, edgeId: null } });
      return true;
    }
    const port = loosePort(document, catalog, source);
    store.setState({ quickAdd: { source, port: port?.id ?? null, at: null, edgeId: null } });
    return true;
  }, [store]);

  const onKeyDown = (event: KeyboardEvent) =>
    handleCanvasKey(event, { store, region, isReadOnly, open, askForNode });

  return (
    <>
      <div
        ref={region}
        role="group"
        aria-label="Workflow canvas"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the canvas takes keys, as the shortcut list says
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="absolute inset-0 outline-none focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset"
      >
        <FlowCanvas
          label={title}
          nodes={nodes}
          edges={edges}
          selection={selection}
          onSelect={select}
          onOpen={open}
          editing={isReadOnly ? null : editing}
          ghost={ghost}
          routes={routes}
          onReady={setInstance}
          hasMinimap={!isReadOnly}
        >
          <CanvasControls>
            {!isReadOnly && <CanvasTools instance={instance} region={region} />}
          </CanvasControls>
          {quickAdd && !isReadOnly && (
            <QuickAdd request={quickAdd} instance={instance} region={region} onGhost={setGhost} />
          )}
        </FlowCanvas>
        {nodes.length === 0 && !quickAdd && <EmptyCanvas isReadOnly={isReadOnly} />}
      </div>
      {!isReadOnly && <EdgeInspector />}
    </>
  );
}
