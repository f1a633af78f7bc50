import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { PROCESSOR_ID, partOfProblem } from "@/bulk/parts";
import { BulkColumn, PROCESSOR_PLACE } from "@/canvas/bulk/BulkColumn";
import type { Place } from "@/canvas/list/model";
import { type ListHandle, ScrollCanvas } from "@/canvas/list/ScrollCanvas";
import { START_ID } from "@/pipeline/steps";
import type { CanvasHandle, KindCanvasProps } from "../canvasHandle";
import { AddStep } from "../list/AddStep";
import { CanvasRegion } from "../list/CanvasRegion";
import { handleListKey } from "../list/listKeys";
import { PaletteButton } from "../list/PaletteButton";
import { useCardFocus } from "../list/useCardFocus";
import { gapAt } from "../list/useStepDrag";
import { useDesigner, useDesignerStore } from "../store/designerStore";
import { bulkOf, chooseProcessor, goTo, pasteProcessor } from "./actions";
import { useBulkDrawing } from "./useBulkDrawing";

const none: ReadonlySet<string> = new Set();
const PLACES = [{ id: "processor", label: "Done with each item", isUsed: false }];

/** The canvas of a bulk job: items, the frame in which they are worked on, and the result. */
export function BulkCanvas({ region, isReadOnly, onReady }: KindCanvasProps) {
  const store = useDesignerStore();
  const drawing = useBulkDrawing(isReadOnly);
  const selection = useDesigner((state) => state.selection.nodes);
  const [isAsking, setAsking] = useState(false);
  const [landing, setLanding] = useState<Place | null>(null);
  const list = useRef<ListHandle>(null);
  const focus = useCardFocus(region, list);

  const ask = useCallback(() => {
    store.getState().selectNodes([PROCESSOR_ID]);
    setAsking(true);
  }, [store]);
  const isToBeChosen = useCallback(
    (id: string) => id === PROCESSOR_ID && !isReadOnly && bulkOf(store).processor === null,
    [store, isReadOnly],
  );
  const open = useCallback(
    (id: string) => {
      if (isToBeChosen(id)) return ask();
      store.getState().selectNodes([id]);
      store.setState({ isInspectorOpen: true });
    },
    [store, isToBeChosen, ask],
  );
  const choose = (id: string) => {
    if (isToBeChosen(id)) ask();
    else store.getState().selectNodes([id]);
  };

  const handle = useMemo<CanvasHandle>(
    () => ({
      add: (type, preset) => focus(chooseProcessor(store, type, preset)),
      dragOver: (_type, at) => setLanding(at && gapAt(region.current, at)),
      drop: (type, at) => {
        if (gapAt(region.current, at)) focus(chooseProcessor(store, type));
      },
      paste: (text) => {
        const isPasted = pasteProcessor(store, text);
        if (isPasted) focus(PROCESSOR_ID);
        return isPasted;
      },
      selectAll: () => store.getState().selectNodes([PROCESSOR_ID]),
      showProblem: (problem) => {
        const id = partOfProblem(bulkOf(store), problem);
        if (id) open(id);
      },
      reveal: (id, coveredWidth) => list.current?.reveal(id, coveredWidth),
      focus,
      fit: () => list.current?.fit(),
      commands: [],
    }),
    [region, store, open, focus],
  );
  useEffect(() => {
    onReady(handle);
    return () => onReady(null);
  }, [handle, onReady]);

  const onKeyDown = (event: KeyboardEvent) =>
    handleListKey(event, {
      store,
      isReadOnly,
      open,
      focus,
      goTo: (direction) => goTo(store, direction),
      move: () => {},
      askForStep: () => {
        ask();
        return true;
      },
    });
  const search = (
    <AddStep
      places={PLACES}
      place="processor"
      onPlace={() => {}}
      onPick={(type) => {
        setAsking(false);
        focus(chooseProcessor(store, type));
      }}
      onCancel={() => {
        setAsking(false);
        focus(PROCESSOR_ID);
      }}
      onLeave={() => setAsking(false)}
    />
  );
  return (
    <CanvasRegion region={region} onKeyDown={onKeyDown}>
      <ScrollCanvas
        label="Bulk job"
        firstId={START_ID}
        selection={selection}
        onSelect={choose}
        onOpen={open}
        editing={null}
        dragged={none}
        landing={landing}
        open={isAsking ? { place: PROCESSOR_PLACE, content: search } : null}
        handle={list}
        tools={!isReadOnly && <PaletteButton />}
      >
        <BulkColumn drawing={drawing} />
      </ScrollCanvas>
    </CanvasRegion>
  );
}
