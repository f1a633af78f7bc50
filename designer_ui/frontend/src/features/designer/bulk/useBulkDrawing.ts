import { useMemo } from "react";
import { asBulk } from "@/bulk/operations";
import { PROCESSOR_ID } from "@/bulk/parts";
import type { BulkDrawing } from "@/canvas/bulk/BulkColumn";
import { drawingOf } from "@/canvas/bulk/drawingOf";
import type { CardContent } from "@/canvas/CardFace";
import { startSubtitle } from "../list/startSubtitle";
import { useMarks } from "../list/useMarks";
import { useDesigner, useDocument } from "../store/designerStore";

/** The cards of the job that is open, with what is wrong and what has changed. */
export function useBulkDrawing(isReadOnly: boolean): BulkDrawing {
  const bulk = asBulk(useDocument());
  const catalog = useDesigner((state) => state.catalog);
  const marksOf = useMarks();
  return useMemo(() => {
    const drawing = drawingOf(bulk, {
      processorId: PROCESSOR_ID,
      startText: startSubtitle(bulk.input_schema),
      emptyText: isReadOnly ? "Nothing yet" : "Drop a task here, or press Enter",
      typeOf: (name) => catalog.get(name),
    });
    const marked = (card: CardContent): CardContent => ({ ...card, ...marksOf(card.id) });
    return {
      ...drawing,
      start: marked(drawing.start),
      items: marked(drawing.items),
      batches: marked(drawing.batches),
      processor: marked(drawing.processor),
      result: marked(drawing.result),
    };
  }, [bulk, catalog, marksOf, isReadOnly]);
}
