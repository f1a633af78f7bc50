import { BATCHES_ID, type BulkDocument, ITEMS_ID, RESULT_ID } from "@/bulk/parts";
import { batchesInWords, itemsInWords, limitsInWords, resultInWords } from "@/bulk/words";
import type { NodeType } from "@/graph/types";
import { START_ID } from "@/pipeline/steps";
import type { CardContent } from "../CardFace";
import { typeTitleOf } from "../fromApi";
import type { BulkDrawing } from "./BulkColumn";

const data = (id: string, title: string, typeTitle: string, icon: string): CardContent => ({
  id,
  type: "bulk",
  title,
  typeTitle,
  family: "data",
  icon,
});

const RESULT_ICONS = { map: "list-checks", filter: "filter", reduce: "merge" };

interface DrawingOptions {
  /** Id of the processor's card. */
  processorId: string;
  /** Second line of the start. */
  startText: string;
  /** Second line of a processor that is not chosen yet. */
  emptyText: string;
  typeOf: (name: string) => Pick<NodeType, "title" | "family" | "icon"> | undefined;
}

/** The cards of a bulk job. */
export function drawingOf(bulk: BulkDocument, options: DrawingOptions): BulkDrawing {
  const { processor } = bulk;
  const { processorId: id, startText, emptyText, typeOf } = options;
  const type = typeOf(processor?.type ?? "");
  const result = resultInWords(bulk);
  return {
    isEmpty: processor === null,
    limits: limitsInWords(bulk),
    start: { ...data(START_ID, "Start", startText, "play"), family: "flow" },
    items: data(ITEMS_ID, "Items", itemsInWords(bulk.items), "table"),
    batches: data(BATCHES_ID, "Batches", batchesInWords(bulk), "columns"),
    processor:
      processor === null
        ? data(id, "What is done?", emptyText, "zap")
        : {
            id,
            type: processor.type,
            title: type?.title ?? typeTitleOf(processor.type),
            typeTitle: processor.mode === "batch" ? "For each batch" : "For each item",
            family: type?.family ?? "code",
            icon: type?.icon ?? "code",
          },
    result: data(RESULT_ID, result.title, result.text, RESULT_ICONS[bulk.result.mode]),
  };
}
