import type { CardContent } from "@/canvas/CardFace";
import type { Catalog } from "@/graph/types";
import type { SagaCell } from "./drawing";
import { slotTitles } from "./owners";

/** What a cell's card shows, by what the catalog knows of its type. */
export function cardOfCell(
  cell: SagaCell,
  catalog: Pick<Catalog, "get">,
  typeTitleOf: (type: string) => string,
): CardContent {
  const type = cell.action?.type ?? "";
  const spec = catalog.get(type);
  const word = slotTitles[cell.slot];
  const title = cell.owner.title || cell.owner.id;
  return {
    id: cell.id,
    type,
    title: word ? (spec?.title ?? type) : title,
    typeTitle: word ? `${word} of ${title}` : (spec?.title ?? typeTitleOf(type)),
    family: spec?.family ?? "code",
    icon: spec?.icon ?? "code",
  };
}
