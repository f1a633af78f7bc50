import { useMemo } from "react";
import { itemSampleOf, type LocalScope, localScope, type WorkPlace } from "@/bulk/names";
import type { ItemWork } from "@/bulk/parts";
import { inputSchemaOf, sampleInputFor } from "@/documents/names";
import { isObject, type JsonObject } from "@/graph/types";
import { resolveSchema } from "../inspector/schemaShape";
import { useDesigner, useDocument } from "../store/designerStore";

/** Work on items while it is set up: in a bulk job, or in a map node. */
export interface WorkForm {
  work: ItemWork;
  edit: (patch: Partial<ItemWork>) => void;
  /** The problem of a field or of what lies below it: `processor.config.url`. */
  errorOf: (path: string) => string | undefined;
}

/** The schema of a field of work on items, by its path; the map node's own. */
export function useWorkSchema(): (...path: string[]) => JsonObject {
  const root = useDesigner((state) => state.catalog.get("map")?.config_schema);
  return (...path) =>
    path.reduce<JsonObject>((schema, name) => {
      const fields = isObject(schema.properties) ? schema.properties : {};
      return resolveSchema(fields[name], root ?? {});
    }, root ?? {});
}

export const titleIn = (schema: JsonObject): string =>
  typeof schema.title === "string" ? schema.title : "";
export const hintIn = (schema: JsonObject): string | undefined =>
  typeof schema.description === "string" ? schema.description : undefined;

/** The names of an item at a place, with an item to show: of the sample input. */
export function useLocalScope(work: ItemWork, place: WorkPlace): LocalScope {
  const document = useDocument();
  const catalog = useDesigner((state) => state.catalog);
  const own = useDesigner((state) => state.sampleInput);
  return useMemo(() => {
    const item = itemSampleOf(work, inputSchemaOf(document), sampleInputFor(document, own));
    return localScope(work, place, item, catalog);
  }, [work, place, document, catalog, own]);
}
