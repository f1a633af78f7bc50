import { useMemo } from "react";
import type { CardContent } from "@/canvas/CardFace";
import { typeTitleOf } from "@/canvas/fromApi";
import { listOf, subtitleOf } from "@/canvas/list/fromSteps";
import type { ListStep } from "@/canvas/list/model";
import { asPipeline } from "@/pipeline/operations";
import { START_ID, typeOf } from "@/pipeline/steps";
import { startSubtitle } from "../list/startSubtitle";
import { useMarks } from "../list/useMarks";
import { useDesigner, useDocument } from "../store/designerStore";

/** The document as the list draws it, with what is wrong and what has changed. */
export function usePipelineModel(): { start: ListStep; steps: ListStep[] } {
  const document = asPipeline(useDocument());
  const catalog = useDesigner((state) => state.catalog);
  const marksOf = useMarks();
  return useMemo(() => {
    const titleOfType = (type: string) =>
      type.startsWith("task:")
        ? typeTitleOf(type)
        : (catalog.get(type)?.title ?? `Unknown type ${type}`);
    const start: CardContent = {
      id: START_ID,
      type: "start",
      title: "Start",
      typeTitle: startSubtitle(document.input_schema),
      family: "flow",
      icon: "play",
      ...marksOf(START_ID),
    };
    return {
      start: { id: START_ID, shape: "task", card: start, lanes: [] },
      steps: listOf(document.steps, {
        cardOf: (step) => {
          const type = catalog.get(typeOf(step));
          return {
            id: step.id,
            type: typeOf(step),
            title: step.title || type?.title || step.id,
            typeTitle: subtitleOf(step, titleOfType),
            family: type?.family ?? "flow",
            icon: type?.icon ?? "box",
            ...marksOf(step.id),
          };
        },
      }),
    };
  }, [document, catalog, marksOf]);
}
