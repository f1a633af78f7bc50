import { Wand2, Workflow } from "lucide-react";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { canvasCommand, listedCommand } from "@/app/commands";
import { CanvasControls } from "@/canvas/CanvasControls";
import {
  MachineCanvas,
  type MachineEditing,
  type MachineInstance,
} from "@/canvas/machine/MachineCanvas";
import { placedStates } from "@/canvas/machine/placed";
import { rulesOf } from "@/documents/rules";
import type { Position } from "@/graph/types";
import { isStateType } from "@/machine/catalog";
import { drawingOfMachine } from "@/machine/drawn";
import { allStates, asMachine, findAction, findState, idsWithin } from "@/machine/states";
import { START_ID } from "@/pipeline/steps";
import { IconButton } from "@/ui/IconButton";
import { Skeleton } from "@/ui/Skeleton";
import { toastError } from "@/ui/toast";
import type { CanvasHandle, KindCanvasProps, Point } from "../canvasHandle";
import { reveal } from "../graph/viewport";
import { EmptyList } from "../list/EmptyList";
import { PaletteButton } from "../list/PaletteButton";
import { useMarks } from "../list/useMarks";
import { useDesigner, useDesignerStore, useDocument } from "../store/designerStore";
import {
  addFromPalette,
  addTo,
  connect,
  dropState,
  dropType,
  holderAt,
  machineOf,
  nextState,
  nudge,
  pasteParts,
  selectedPart,
  tidy,
} from "./actions";
import { goalsAt, type NamedGoal } from "./goals";
import { MachineSearch } from "./MachineSearch";
import { handleMachineKey } from "./machineKeys";
import { StartCard } from "./StartCard";
import { usePlaces } from "./usePlaces";
import { type MachineView, stateAt } from "./view";

interface Asked {
  goals: readonly NamedGoal[];
  chosen: string;
  at: Position;
  /** Where a new state lands, when a line was drawn there. */
  place: Position | null;
}

const FIT = { padding: 0.1, maxZoom: 1, duration: 200 };

/** The canvas of a state machine: states that nest, and transitions drawn between them. */
export function MachineEditor({ region, isReadOnly, onReady }: KindCanvasProps) {
  const store = useDesignerStore();
  const machine = asMachine(useDocument());
  const catalog = useDesigner((state) => state.catalog);
  const selection = useDesigner((state) => state.selection.nodes);
  const title = useDesigner((state) => state.title);
  const marksOf = useMarks();
  const [instance, setInstance] = useState<MachineInstance | null>(null);
  const [dragged, setDragged] = useState<{ id: string; to: Position } | null>(null);
  const [landing, setLanding] = useState<string | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);

  const drawing = useMemo(() => drawingOfMachine(machine, catalog), [machine, catalog]);
  const places = usePlaces(drawing, machine.layout);
  const still = useMemo(() => placedStates(drawing, places), [drawing, places]);
  const placed = useMemo(() => {
    const parent = drawing.states.find(({ id }) => id === dragged?.id)?.parent ?? null;
    if (!dragged || !still) return still;
    const outer = parent === null ? undefined : still.boxes.get(parent);
    const at = { x: dragged.to.x - (outer?.x ?? 0), y: dragged.to.y - (outer?.y ?? 0) };
    return placedStates(drawing, { ...places, [dragged.id]: at });
  }, [drawing, places, still, dragged]);
  /** As it stands while nothing is dragged, for what handlers do. */
  const view = useRef<MachineView | null>(null);
  view.current = still && { drawing, placed: still, places };

  const focus = useCallback(
    (id: string | null) => {
      region.current?.focus({ preventScroll: true });
      if (id === null) return;
      requestAnimationFrame(() => {
        if (document.activeElement !== region.current) return;
        const name = CSS.escape(id);
        region.current
          ?.querySelector<HTMLElement>(
            `.react-flow__node[data-id="${name}"], .fd-part[data-node-id="${name}"]`,
          )
          ?.focus({ preventScroll: true });
      });
    },
    [region],
  );
  const open = useCallback(
    (id: string) => {
      store.getState().selectNodes([id]);
      store.setState({ isInspectorOpen: true });
    },
    [store],
  );
  const showPart = useCallback(
    (id: string, coveredWidth: number) => {
      const owner = findAction(machineOf(store), id)?.state.id ?? id;
      const box = view.current?.placed.boxes.get(owner);
      if (box && instance && region.current) {
        reveal(instance, region.current, box, { right: coveredWidth });
      }
    },
    [store, instance, region],
  );
  const added = useCallback(
    (id: string | null) => {
      if (id === null) return;
      focus(id);
      requestAnimationFrame(() => showPart(id, 0));
    },
    [focus, showPart],
  );

  const ask = useCallback(
    (partId: string | null, at: Position | null = null) => {
      const goals = goalsAt(machineOf(store), partId);
      const [usual] = goals;
      if (!usual || !view.current) return false;
      const { boxes, lines } = view.current.placed;
      const owner = partId === null ? undefined : findAction(machineOf(store), partId);
      const box = boxes.get(owner?.state.id ?? partId ?? "");
      const line = lines.get(partId ?? "");
      const below = box && { x: box.x, y: box.y + box.height };
      setAsked({
        goals: at ? [usual] : goals,
        chosen: usual.id,
        at: at ?? below ?? line?.label ?? { x: 0, y: 0 },
        place: at,
      });
      return true;
    },
    [store],
  );

  const toCanvas = useCallback(
    (at: Point) => {
      const box = region.current?.getBoundingClientRect();
      const isInside =
        box && at.x > box.left && at.x < box.right && at.y > box.top && at.y < box.bottom;
      return isInside && instance ? instance.screenToFlowPosition(at) : null;
    },
    [region, instance],
  );

  const tidyUp = useCallback(() => {
    if (!view.current) return;
    tidy(store, view.current)
      .then(() => requestAnimationFrame(() => void instance?.fitView(FIT)))
      .catch((error: unknown) => toastError(error, "Not tidied"));
  }, [store, instance]);

  const handle = useMemo<CanvasHandle>(
    () => ({
      add: (type, preset) => {
        if (view.current) added(addFromPalette(store, view.current, type, preset));
      },
      dragOver: (type, at) => {
        const point = at && toCanvas(at);
        if (!point || !view.current) setLanding(null);
        else if (isStateType(type)) setLanding(holderAt(store, view.current, point));
        else setLanding(stateAt(view.current, point));
      },
      drop: (type, at) => {
        const point = toCanvas(at);
        if (!point || !view.current) return;
        const below = document.elementFromPoint(at.x, at.y)?.closest<HTMLElement>(".fd-way");
        added(dropType(store, view.current, type, point, below?.dataset.nodeId ?? null));
      },
      paste: (text) => {
        if (!view.current || !pasteParts(store, view.current, text)) return false;
        added(selectedPart(store));
        return true;
      },
      selectAll: () => store.getState().selectNodes(allStates(machineOf(store)).map((s) => s.id)),
      showProblem: (problem) => {
        const id = rulesOf(machineOf(store)).partOfProblem(machineOf(store), problem);
        if (id) open(id);
      },
      reveal: showPart,
      focus,
      fit: () => void instance?.fitView(FIT),
      commands: [
        listedCommand("quick-add-place", "Pick the place in the search", [
          "ArrowLeft",
          "ArrowRight",
        ]),
        listedCommand("nudge", "Move the selected states", ["Alt+ArrowUp"]),
        canvasCommand("tidy", "Tidy up", ["Shift+T"], tidyUp),
        listedCommand("multi-select", "Select several: click with", ["Shift"]),
      ],
    }),
    [store, added, toCanvas, open, showPart, focus, instance, tidyUp],
  );
  useEffect(() => {
    onReady(handle);
    return () => onReady(null);
  }, [handle, onReady]);

  const editing = useMemo<MachineEditing>(() => {
    const middleOf = (id: string, to: Position) => {
      const box = view.current?.placed.boxes.get(id);
      return { x: to.x + (box?.width ?? 0) / 2, y: to.y + (box?.height ?? 0) / 2 };
    };
    return {
      onDrag: (id, to) => {
        setDragged({ id, to });
        const found = findState(machineOf(store), id);
        if (!view.current || !found) return;
        const holder = holderAt(store, view.current, middleOf(id, to), idsWithin(found.state));
        setLanding(holder === (found.parent?.id ?? null) ? null : holder);
      },
      onDrop: (id, to) => {
        setDragged(null);
        setLanding(null);
        if (view.current) dropState(store, view.current, id, to);
        focus(id);
      },
      onDraw: (id, to) => {
        if (!view.current) return;
        const target = stateAt(view.current, to);
        if (target === null) ask(id, to);
        else if (connect(store, id, target)) store.setState({ isInspectorOpen: true });
      },
    };
  }, [store, ask, focus]);

  const select = useCallback(
    (id: string | null, isAdded: boolean) => {
      const { selection: chosen, selectNodes } = store.getState();
      if (id === null) selectNodes([]);
      else if (!isAdded) selectNodes([id]);
      else if (chosen.nodes.has(id)) selectNodes([...chosen.nodes].filter((each) => each !== id));
      else selectNodes([...chosen.nodes, id]);
    },
    [store],
  );
  const onKeyDown = (event: KeyboardEvent) =>
    handleMachineKey(event, {
      store,
      region: region.current,
      isReadOnly,
      open,
      goTo: (direction) => {
        const next = view.current && nextState(store, view.current, direction);
        if (!next) return;
        store.getState().selectNodes([next]);
        focus(next);
        showPart(next, 0);
      },
      nudge: (direction) => view.current && nudge(store, view.current, direction),
      ask: () => ask(selectedPart(store)),
    });
  const goal = asked?.goals.find((each) => each.id === asked.chosen);
  return (
    <div
      ref={region}
      role="group"
      aria-label="Workflow canvas"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the canvas takes keys, as the shortcut list says
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="absolute inset-0 outline-none focus-visible:ring-2 focus-visible:ring-ring focus-visible:ring-inset"
    >
      {placed ? (
        <MachineCanvas
          label={title}
          drawing={drawing}
          placed={placed}
          selection={selection}
          onSelect={select}
          onOpen={open}
          editing={isReadOnly ? null : editing}
          marksOf={marksOf}
          landing={landing}
          onReady={setInstance}
          hasMinimap={!isReadOnly && drawing.states.length > 0}
        >
          <CanvasControls>
            {!isReadOnly && (
              <>
                <PaletteButton />
                <IconButton
                  label="Tidy up"
                  keys="Shift+T"
                  side="top"
                  size="icon-sm"
                  onClick={tidyUp}
                >
                  <Wand2 />
                </IconButton>
              </>
            )}
          </CanvasControls>
          <StartCard machine={machine} />
          {asked && goal && (
            <MachineSearch
              goals={asked.goals}
              chosen={goal}
              at={asked.at}
              onChoose={(chosen) => setAsked({ ...asked, chosen })}
              onPick={(type) => {
                setAsked(null);
                if (!view.current) return;
                added(addTo(store, view.current, type, goal.goal, { at: asked.place }));
              }}
              onCancel={() => {
                setAsked(null);
                focus(selectedPart(store));
              }}
              onLeave={() => setAsked(null)}
            />
          )}
        </MachineCanvas>
      ) : (
        <div role="status" aria-label="Drawing" className="grid h-full place-items-center p-8">
          <Skeleton className="h-24 w-2/3" />
        </div>
      )}
      {drawing.states.length === 0 && !asked && (
        <EmptyList
          icon={<Workflow aria-hidden className="mx-auto mb-3 size-7 text-primary" />}
          title="An empty state machine"
          hint="It is always in a state, and events lead it to the next. Drag a state from the left, or press Tab and type."
          addLabel="Add the first state"
          className=""
          isReadOnly={isReadOnly}
          onAdd={() => ask(START_ID)}
        />
      )}
    </div>
  );
}
