import { readProcessor } from "@/bulk/clipboard";
import { asBulk } from "@/bulk/operations";
import { type BulkDocument, makeProcessor, PROCESSOR_ID, partInDirection } from "@/bulk/parts";
import type { Direction } from "@/graph/navigate";
import type { NodePreset } from "../canvasHandle";
import type { DesignerStore } from "../store/designerStore";

export const bulkOf = (store: DesignerStore): BulkDocument =>
  asBulk(store.getState().history.present);

const selectedPart = (store: DesignerStore): string | null =>
  [...store.getState().selection.nodes].at(-1) ?? null;

/** Makes a task of the type what is done with the items, and selects it. Returns its part's id. */
export function chooseProcessor(
  store: DesignerStore,
  type: string,
  preset: NodePreset = {},
): string {
  const { catalog, perform, selectNodes } = store.getState();
  const made = makeProcessor(catalog, type, bulkOf(store).processor);
  const config = { ...made.config, ...preset.config } as typeof made.config;
  perform({ kind: "set-processor", processor: { ...made, config } });
  selectNodes([PROCESSOR_ID]);
  return PROCESSOR_ID;
}

/** Takes over the processor that a clipboard's text holds. Returns false when there is none. */
export function pasteProcessor(store: DesignerStore, text: string): boolean {
  const processor = readProcessor(text);
  if (!processor) return false;
  store.getState().perform({ kind: "set-processor", processor });
  store.getState().selectNodes([PROCESSOR_ID]);
  return true;
}

export function goTo(store: DesignerStore, direction: Direction): void {
  const next = partInDirection(selectedPart(store), direction);
  if (next) store.getState().selectNodes([next]);
}
