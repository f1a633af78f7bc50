import { FlaskConical, Undo2, X } from "lucide-react";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { canvasCommand, listedCommand } from "@/app/commands";
import { typeTitleOf } from "@/canvas/fromApi";
import type { ListEditing, ListStep, Place } from "@/canvas/list/model";
import { type ListHandle, ScrollCanvas } from "@/canvas/list/ScrollCanvas";
import { CompensationGrid, emptyPlaceOf, gapOf, TccGrid } from "@/canvas/saga/SagaGrid";
import { StatusContext } from "@/canvas/statusStore";
import { rulesOf } from "@/documents/rules";
import { START_ID } from "@/pipeline/steps";
import { ownersOf, refOf } from "@/saga/actions";
import { cardOfCell } from "@/saga/cards";
import { columnsOf, goalsAt, type NamedGoal, type SagaCell } from "@/saga/drawing";
import { asSaga } from "@/saga/operations";
import { IconButton } from "@/ui/IconButton";
import type { CanvasHandle, KindCanvasProps } from "../canvasHandle";
import { AddStep } from "../list/AddStep";
import { CanvasRegion } from "../list/CanvasRegion";
import { DragPreview } from "../list/DragPreview";
import { EmptyList } from "../list/EmptyList";
import { handleListKey } from "../list/listKeys";
import { PaletteButton } from "../list/PaletteButton";
import { startSubtitle } from "../list/startSubtitle";
import { useCardFocus } from "../list/useCardFocus";
import { useMarks } from "../list/useMarks";
import { type DragRules, gapAt, useStepDrag } from "../list/useStepDrag";
import { useDesigner, useDesignerStore, useDocument } from "../store/designerStore";
import {
  addAction,
  goalOf,
  goTo,
  movedWith,
  moveSelected,
  pasteOwners,
  sagaOf,
  selectedPart,
  usualGoal,
} from "./actions";
import { useDrill } from "./useDrill";

interface Asked {
  goals: readonly NamedGoal[];
  chosen: string;
}

function useSagaModel() {
  const saga = asSaga(useDocument());
  const catalog = useDesigner((state) => state.catalog);
  const marksOf = useMarks();
  return useMemo(() => {
    const start: ListStep = {
      id: START_ID,
      shape: "task",
      lanes: [],
      card: {
        id: START_ID,
        type: "start",
        title: "Start",
        typeTitle: startSubtitle(saga.input_schema),
        family: "flow",
        icon: "play",
        ...marksOf(START_ID),
      },
    };
    return {
      mode: saga.mode,
      start,
      columns: columnsOf(saga),
      cardOf: (cell: SagaCell) => ({
        ...cardOfCell(cell, catalog, typeTitleOf),
        ...marksOf(cell.id),
      }),
    };
  }, [saga, catalog, marksOf]);
}

/** Where a goal stands on the drawing. */
function placeOf(goal: NamedGoal["goal"], cells: readonly SagaCell[], columnIds: string[]): Place {
  if (goal.kind === "line") return gapOf(goal.place.index, goal.place.group);
  if (goal.kind === "beside") return gapOf(columnIds.indexOf(goal.stepId) + 1);
  const cell = cells.find((each) => each.owner.id === goal.owner && each.slot === goal.slot);
  return cell ? emptyPlaceOf(cell) : gapOf(0);
}

/** The canvas of a saga: the line forward with the undo line under it, or try, confirm and cancel. */
export function SagaCanvas({ region, isReadOnly, onReady }: KindCanvasProps) {
  const store = useDesignerStore();
  const model = useSagaModel();
  const selection = useDesigner((state) => state.selection.nodes);
  const [asked, setAsked] = useState<Asked | null>(null);
  const list = useRef<ListHandle>(null);
  const drill = useDrill();
  const dragRules = useMemo<DragRules>(
    () => ({
      movedWith: (step) => movedWith(store, step.id),
      onDrop: (moved, place) => {
        const goal = goalOf(sagaOf(store), place);
        if (goal.kind !== "line") return;
        store.getState().perform({ kind: "move-owners", ids: [...moved], place: goal.place });
      },
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
    (type: string, goal = usualGoal(store)) => focus(addAction(store, type, goal)),
    [store, focus],
  );
  const ask = useCallback((goals: readonly NamedGoal[]) => {
    const [usual] = goals;
    if (usual) setAsked({ goals, chosen: usual.id });
  }, []);
  const askForNext = useCallback(() => {
    const saga = sagaOf(store);
    const part = selectedPart(store);
    if (part === null && ownersOf(saga).length > 0) return false;
    ask(goalsAt(saga, part));
    return true;
  }, [store, ask]);

  const handle = useMemo<CanvasHandle>(
    () => ({
      add: (type, preset) => focus(addAction(store, type, usualGoal(store), preset)),
      dragOver: (_type, at) => setLanding(at && gapAt(region.current, at)),
      drop: (type, at) => {
        const place = gapAt(region.current, at);
        if (place) add(type, goalOf(sagaOf(store), place));
      },
      paste: (text) => {
        const isPasted = pasteOwners(store, text);
        if (isPasted) focus(selectedPart(store));
        return isPasted;
      },
      selectAll: () => store.getState().selectNodes(ownersOf(sagaOf(store)).map(({ id }) => id)),
      showProblem: (problem) => {
        const id = rulesOf(sagaOf(store)).partOfProblem(sagaOf(store), problem);
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
        listedCommand("move-along", "Move the step along the line", [
          "Alt+ArrowLeft",
          "Alt+ArrowRight",
        ]),
        canvasCommand("drill", "Failure drill", ["Shift+F"], () => drill.setOn(!drill.isOn)),
      ],
    }),
    [add, setLanding, region, store, open, focus, drill],
  );
  useEffect(() => {
    onReady(handle);
    return () => onReady(null);
  }, [handle, onReady]);

  const editing = useMemo<ListEditing>(
    () => ({
      onAdd: (place) =>
        ask([{ id: "here", label: "Here", goal: goalOf(sagaOf(store), place), isUsed: false }]),
      onAddLane: () => {},
      onDragStart: startDrag,
    }),
    [ask, store, startDrag],
  );
  const goal = asked?.goals.find((each) => each.id === asked.chosen);
  const cells = model.columns.flatMap((column) => column.rows.flat());
  const opened = asked &&
    goal && {
      place: placeOf(
        goal.goal,
        cells,
        model.columns.map(({ id }) => id),
      ),
      content: (
        <AddStep
          key={asked.chosen}
          places={asked.goals}
          place={asked.chosen}
          onPlace={(chosen) => setAsked({ ...asked, chosen })}
          onPick={(type) => {
            setAsked(null);
            add(type, goal.goal);
          }}
          onCancel={() => {
            setAsked(null);
            focus(selectedPart(store));
          }}
          onLeave={() => setAsked(null)}
        />
      ),
    };
  const choose = (id: string) => {
    if (!drill.isOn || id === START_ID) {
      store.getState().selectNodes([id]);
      return;
    }
    const { owner } = refOf(sagaOf(store), id);
    const found = ownersOf(sagaOf(store)).find((each) => each.id === owner);
    if (found) drill.pick({ id: owner, title: found.title || owner });
  };
  const onKeyDown = (event: KeyboardEvent) =>
    handleListKey(event, {
      store,
      isReadOnly,
      open: drill.isOn ? choose : open,
      focus,
      goTo: (direction) => goTo(store, direction),
      move: (direction) => moveSelected(store, direction),
      askForStep: askForNext,
    });
  const Grid = model.mode === "tcc" ? TccGrid : CompensationGrid;
  const canvas = (
    <ScrollCanvas
      label="Steps"
      firstId={START_ID}
      isAlong
      selection={selection}
      onSelect={choose}
      onOpen={drill.isOn ? choose : open}
      editing={isReadOnly || drill.isOn ? null : editing}
      dragged={dragged}
      landing={landing}
      open={opened ?? null}
      handle={list}
      tools={
        !isReadOnly && (
          <>
            <PaletteButton />
            <IconButton
              label="Failure drill"
              keys="Shift+F"
              side="top"
              size="icon-sm"
              aria-pressed={drill.isOn}
              onClick={() => drill.setOn(!drill.isOn)}
            >
              <FlaskConical />
            </IconButton>
          </>
        )
      }
      overlay={
        drill.isOn ? (
          <div className="-translate-x-1/2 absolute bottom-17 left-1/2 flex max-w-[90%] items-center gap-3 rounded-xl border border-status-compensated bg-card py-1.5 pr-1.5 pl-3.5 shadow-raised">
            <FlaskConical aria-hidden className="size-4 shrink-0 text-status-compensated" />
            <p role="status" aria-label="Failure drill" className="text-[13px]">
              {drill.text}
            </p>
            <IconButton label="End the drill" size="icon-sm" onClick={() => drill.setOn(false)}>
              <X />
            </IconButton>
          </div>
        ) : (
          model.columns.length === 0 &&
          !asked && (
            <EmptyList
              icon={<Undo2 aria-hidden className="mx-auto mb-3 size-7 text-status-compensated" />}
              title="An empty saga"
              hint="Steps run from left to right, each with what undoes it below. Drag one from the left, or press Tab and type what comes first."
              className="mt-36"
              isReadOnly={isReadOnly}
              onAdd={() => ask(goalsAt(sagaOf(store), null))}
            />
          )
        )
      }
    >
      <Grid start={model.start} columns={model.columns} cardOf={model.cardOf} />
    </ScrollCanvas>
  );
  return (
    <CanvasRegion region={region} onKeyDown={onKeyDown}>
      {drill.isOn ? (
        <StatusContext.Provider value={drill.statuses}>{canvas}</StatusContext.Provider>
      ) : (
        canvas
      )}
      {drag && <DragPreview drag={drag} count={dragged.size} />}
    </CanvasRegion>
  );
}
