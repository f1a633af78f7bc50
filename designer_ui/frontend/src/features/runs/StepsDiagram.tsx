import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import { paletteQuery } from "@/api/queries";
import type { BulkDocument, Canvas } from "@/api/types";
import { BulkColumn } from "@/canvas/bulk/BulkColumn";
import { drawingOf } from "@/canvas/bulk/drawingOf";
import type { CardContent } from "@/canvas/CardFace";
import { typeTitleOf } from "@/canvas/fromApi";
import { listOf, subtitleOf } from "@/canvas/list/fromSteps";
import { ListCanvas } from "@/canvas/list/ListCanvas";
import type { ListStep } from "@/canvas/list/model";
import { type ListHandle, ScrollCanvas } from "@/canvas/list/ScrollCanvas";
import { CompensationGrid, TccGrid } from "@/canvas/saga/SagaGrid";
import { StatusContext, type StatusStore } from "@/canvas/statusStore";
import type { Direction } from "@/graph/navigate";
import { stepInDirection } from "@/pipeline/navigate";
import { START_ID, typeOf } from "@/pipeline/steps";
import type { Step } from "@/pipeline/tree";
import { cardOfCell } from "@/saga/cards";
import { columnsOf, partInDirection, type SagaCell } from "@/saga/drawing";

interface StepsDiagramProps {
  label: string;
  canvas: Canvas;
  statuses?: StatusStore;
  selected?: string | null;
  onSelect?: (nodeId: string | null) => void;
  /** The step where the run is: kept in sight until the person takes the list in hand. */
  focus?: string | null;
  coveredWidth?: number;
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** Ports of a conditional step's gate, in the order of its lanes. */
const WAYS = ["then", "otherwise"];

const none: ReadonlySet<string> = new Set();
const NO_STEPS: readonly Step[] = [];
const ignore = () => {};

const startStep: ListStep = {
  id: START_ID,
  shape: "task",
  lanes: [],
  card: {
    id: START_ID,
    type: "start",
    title: "Start",
    typeTitle: "What the run was started with",
    family: "flow",
    icon: "play",
  },
};

function useList(canvas: Canvas, steps: readonly Step[]): ListStep[] {
  const { data: palette } = useQuery(paletteQuery);
  return useMemo(() => {
    const titles = new Map(palette?.types.map((type) => [type.name, type.title]));
    const titleOfType = (type: string) => titles.get(type) ?? typeTitleOf(type);
    const nodes = new Map(canvas.nodes.map((node) => [node.id, node]));
    return listOf(steps, {
      cardOf: (step) => {
        const node = nodes.get(step.id);
        return {
          id: step.id,
          type: typeOf(step),
          title: node?.title || step.id,
          typeTitle: subtitleOf(step, titleOfType),
          family: node?.family ?? "flow",
          icon: node?.icon ?? "box",
        };
      },
      entryOf: (step, lane) =>
        step.step === "conditional"
          ? canvas.edges.find((e) => e.source === step.id && e.source_port === WAYS[lane])?.id
          : undefined,
    });
  }, [canvas, steps, palette]);
}

function useSagaCards(): (cell: SagaCell) => CardContent {
  const { data: palette } = useQuery(paletteQuery);
  return useMemo(() => {
    const catalog = new Map(palette?.types.map((type) => [type.name, type]));
    return (cell) => cardOfCell(cell, catalog, typeTitleOf);
  }, [palette]);
}

/** The id that the work on all items has in a run. */
const WORK_ID = "items";

function Bulk({ bulk }: { bulk: BulkDocument }) {
  const { data: palette } = useQuery(paletteQuery);
  const drawing = useMemo(() => {
    const drawn = drawingOf(bulk, {
      processorId: WORK_ID,
      startText: startStep.card.typeTitle ?? "",
      emptyText: "Nothing",
      typeOf: (name) => palette?.types.find((type) => type.name === name),
    });
    // What the items and the result are made with is not told to all who see the run.
    const items = { ...drawn.items, typeTitle: "Of a list or a file" };
    const result = { ...drawn.result, typeTitle: RESULT_TEXTS[bulk.result.mode] };
    return { ...drawn, items, result };
  }, [bulk, palette]);
  return <BulkColumn drawing={drawing} isRun />;
}

const RESULT_TEXTS = {
  map: "Every output, in order",
  filter: "Keeps the items that fit",
  reduce: "Combines all outputs",
};

const bulkInDirection = (direction: Direction): string =>
  direction === "up" || direction === "left" ? START_ID : WORK_ID;

/** Whether a canvas is drawn as steps, and not as nodes and edges. */
export const hasSteps = ({ steps, saga, bulk }: Canvas): boolean =>
  steps !== null || saga !== null || bulk !== null;

/** A pipeline, a saga or a bulk job, read only; the arrow keys walk from step to step. */
export function StepsDiagram(props: StepsDiagramProps) {
  const { label, canvas, statuses, selected = null, onSelect, focus = null } = props;
  const { coveredWidth = 0 } = props;
  const frame = useRef<HTMLDivElement>(null);
  const list = useRef<ListHandle>(null);
  const isFollowing = useRef(true);
  const { steps, saga, bulk } = canvas;
  const drawn = useList(canvas, steps ?? NO_STEPS);
  const cardOf = useSagaCards();
  const selection = useMemo(() => (selected === null ? none : new Set([selected])), [selected]);

  useEffect(() => {
    if (focus !== null && isFollowing.current) list.current?.reveal(focus, 0);
  }, [focus]);
  useEffect(() => {
    if (selected !== null) list.current?.reveal(selected, coveredWidth);
  }, [selected, coveredWidth]);
  useEffect(() => {
    const element = frame.current;
    const stop = () => {
      isFollowing.current = false;
    };
    element?.addEventListener("pointerdown", stop);
    element?.addEventListener("wheel", stop, { passive: true });
    return () => {
      element?.removeEventListener("pointerdown", stop);
      element?.removeEventListener("wheel", stop);
    };
  }, []);

  const walk = (event: KeyboardEvent) => {
    const here = (event.target as HTMLElement).closest<HTMLElement>(".fd-step")?.dataset.nodeId;
    const direction = DIRECTIONS[event.key];
    if (!here || !direction || !onSelect) return;
    event.preventDefault();
    const next =
      (bulk
        ? bulkInDirection(direction)
        : saga
          ? partInDirection(saga, here, direction)
          : stepInDirection(steps ?? NO_STEPS, here, direction)) ?? here;
    onSelect(next);
    list.current?.focus(next);
  };
  const frameProps = {
    label,
    selection,
    onSelect: (id: string) => onSelect?.(id),
    onOpen: ignore,
    editing: null,
    dragged: none,
    landing: null,
    open: null,
    handle: list,
  };
  const Grid = saga?.mode === "tcc" ? TccGrid : CompensationGrid;
  const drawing = bulk ? (
    <ScrollCanvas {...frameProps} firstId={START_ID}>
      <Bulk bulk={bulk} />
    </ScrollCanvas>
  ) : saga ? (
    <ScrollCanvas {...frameProps} firstId={START_ID} isAlong>
      <Grid start={startStep} columns={columnsOf(saga)} cardOf={cardOf} isRun />
    </ScrollCanvas>
  ) : (
    <ListCanvas {...frameProps} start={startStep} steps={drawn} />
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble up here from the steps, which have the focus
    <div ref={frame} className="relative h-full w-full" onKeyDown={walk}>
      {statuses ? (
        <StatusContext.Provider value={statuses}>{drawing}</StatusContext.Provider>
      ) : (
        drawing
      )}
    </div>
  );
}
