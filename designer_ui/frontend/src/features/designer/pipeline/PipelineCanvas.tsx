import { ListPlus } from "lucide-react";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { canvasCommand, listedCommand } from "@/app/commands";
import { ListCanvas } from "@/canvas/list/ListCanvas";
import type { ListEditing } from "@/canvas/list/model";
import type { ListHandle } from "@/canvas/list/ScrollCanvas";
import { rulesOf } from "@/documents/rules";
import { type NamedPlace, placesAt, usualPlace } from "@/pipeline/navigate";
import { asPipeline } from "@/pipeline/operations";
import { START_ID } from "@/pipeline/steps";
import { walk } from "@/pipeline/tree";
import type { CanvasHandle, KindCanvasProps } from "../canvasHandle";
import { AddStep } from "../list/AddStep";
import { CanvasRegion } from "../list/CanvasRegion";
import { DragPreview } from "../list/DragPreview";
import { EmptyList } from "../list/EmptyList";
import { handleListKey } from "../list/listKeys";
import { PaletteButton } from "../list/PaletteButton";
import { useCardFocus } from "../list/useCardFocus";
import { type DragRules, gapAt, useStepDrag } from "../list/useStepDrag";
import { type DesignerStore, useDesigner, useDesignerStore } from "../store/designerStore";
import {
  addStep,
  goTo,
  lastSelected,
  movedWith,
  moveSelected,
  pasteSteps,
  placeForNext,
} from "./actions";
import { usePipelineModel } from "./usePipelineModel";

interface Asked {
  places: readonly NamedPlace[];
  chosen: string;
}

/** Steps that a click with Shift adds to or takes from the selection. */
function toggle(store: DesignerStore, id: string): void {
  const { selection, selectNodes } = store.getState();
  const nodes = new Set(selection.nodes);
  if (!nodes.delete(id)) nodes.add(id);
  nodes.delete(START_ID);
  selectNodes(nodes);
}

/** The canvas of a pipeline: a list from top to bottom, worked by pointer and keyboard. */
export function PipelineCanvas({ region, isReadOnly, onReady }: KindCanvasProps) {
  const store = useDesignerStore();
  const { start, steps } = usePipelineModel();
  const selection = useDesigner((state) => state.selection.nodes);
  const [asked, setAsked] = useState<Asked | null>(null);
  const list = useRef<ListHandle>(null);
  const dragRules = useMemo<DragRules>(
    () => ({
      movedWith: (step) => movedWith(store, step.id),
      onDrop: (moved, to) =>
        store.getState().perform({ kind: "move-steps", ids: [...moved], place: to }),
    }),
    [store],
  );
  const { drag, dragged, landing, setLanding, start: startDrag } = useStepDrag(region, dragRules);

  const focus = useCardFocus(region, list);
  const open = useCallback(
    (id: string) => {
      store.getState().selectNodes([id]);
      store.setState({ isInspectorOpen: true });
    },
    [store],
  );
  const add = useCallback(
    (type: string, place = placeForNext(store)) => focus(addStep(store, type, place)),
    [store, focus],
  );
  const askAt = useCallback((places: readonly NamedPlace[]) => {
    const chosen = usualPlace(places);
    if (chosen) setAsked({ places, chosen: chosen.id });
  }, []);
  const askForStep = useCallback(() => {
    const { history, selection: chosen } = store.getState();
    const all = asPipeline(history.present).steps;
    if (chosen.nodes.size === 0 && all.length > 0) return false;
    askAt(placesAt(all, lastSelected(store)));
    return true;
  }, [store, askAt]);

  const handle = useMemo<CanvasHandle>(
    () => ({
      add: (type, preset) => focus(addStep(store, type, placeForNext(store), preset)),
      dragOver: (_type, at) => setLanding(at && gapAt(region.current, at)),
      drop: (type, at) => {
        const place = gapAt(region.current, at);
        if (place) add(type, place);
      },
      paste: (text) => {
        const isPasted = pasteSteps(store, text);
        if (isPasted) focus(lastSelected(store));
        return isPasted;
      },
      selectAll: () => {
        const all = asPipeline(store.getState().history.present).steps;
        store.getState().selectNodes([...walk(all)].map(({ step }) => step.id));
      },
      showProblem: (problem) => {
        const { present } = store.getState().history;
        const id = rulesOf(present).partOfProblem(present, problem);
        if (id) open(id);
      },
      reveal: (id, coveredWidth) => list.current?.reveal(id, coveredWidth),
      focus,
      fit: () => list.current?.fit(),
      commands: [
        listedCommand("quick-add-place", "Pick the place in the search", [
          "ArrowLeft",
          "ArrowRight",
        ]),
        canvasCommand("move-up", "Move the step up", ["Alt+ArrowUp"], () =>
          moveSelected(store, "up"),
        ),
        canvasCommand("move-down", "Move the step down", ["Alt+ArrowDown"], () =>
          moveSelected(store, "down"),
        ),
        listedCommand("move-aside", "Move the step to the next branch", [
          "Alt+ArrowLeft",
          "Alt+ArrowRight",
        ]),
        listedCommand("multi-select", "Select several: click with", ["Shift"]),
      ],
    }),
    [add, setLanding, region, store, open, focus],
  );
  useEffect(() => {
    onReady(handle);
    return () => onReady(null);
  }, [handle, onReady]);

  const editing = useMemo<ListEditing>(
    () => ({
      onAdd: (place) => askAt([{ id: "here", label: "Here", place, isUsed: false }]),
      onAddLane: (nodeId) => store.getState().perform({ kind: "add-lane", nodeId }),
      onDragStart: startDrag,
    }),
    [askAt, store, startDrag],
  );
  const choosePlace = (chosen: string) => setAsked((now) => now && { ...now, chosen });
  const place = asked?.places.find((each) => each.id === asked.chosen);
  const onKeyDown = (event: KeyboardEvent) =>
    handleListKey(event, {
      store,
      isReadOnly,
      open,
      focus,
      goTo: (direction) => goTo(store, direction),
      move: (direction) => moveSelected(store, direction),
      askForStep,
    });
  return (
    <CanvasRegion region={region} onKeyDown={onKeyDown}>
      <ListCanvas
        label="Steps"
        start={start}
        steps={steps}
        selection={selection}
        onSelect={(id, isMore) => {
          if (isMore) toggle(store, id);
          else store.getState().selectNodes([id]);
        }}
        onOpen={open}
        editing={isReadOnly ? null : editing}
        dragged={dragged}
        landing={landing}
        open={
          asked && place
            ? {
                place: place.place,
                content: (
                  <AddStep
                    key={asked.chosen}
                    places={asked.places}
                    place={asked.chosen}
                    onPlace={choosePlace}
                    onPick={(type) => {
                      setAsked(null);
                      add(type, place.place);
                    }}
                    onCancel={() => {
                      setAsked(null);
                      focus(lastSelected(store));
                    }}
                    onLeave={() => setAsked(null)}
                  />
                ),
              }
            : null
        }
        handle={list}
        tools={!isReadOnly && <PaletteButton />}
        overlay={
          steps.length === 0 &&
          !asked && (
            <EmptyList
              icon={<ListPlus aria-hidden className="mx-auto mb-3 size-7 text-primary" />}
              title="An empty pipeline"
              hint="Steps run from top to bottom. Drag one from the left, or press Tab and type what comes first."
              className="mt-28"
              isReadOnly={isReadOnly}
              onAdd={() => askAt(placesAt([], null))}
            />
          )
        }
      />
      {drag && <DragPreview drag={drag} count={dragged.size} />}
    </CanvasRegion>
  );
}
