import { laneNamesOf, lanesOf, type Step } from "@/pipeline/tree";
import type { CardContent } from "../CardFace";
import type { ListStep } from "./model";

export interface Drawing {
  /** What stands on a step's card. */
  cardOf: (step: Step) => CardContent;
  /** See `ListLane.entry`. */
  entryOf?: (step: Step, lane: number) => string | undefined;
}

/** A pipeline's steps as the list draws them. */
export function listOf(steps: readonly Step[], drawing: Drawing): ListStep[] {
  return steps.map((step) => {
    const names = laneNamesOf(step);
    return {
      id: step.id,
      shape: step.step,
      card: drawing.cardOf(step),
      lanes: lanesOf(step).map((lane, index) => ({
        label: names[index] ?? "",
        steps: listOf(lane, drawing),
        entry: drawing.entryOf?.(step, index),
      })),
    };
  });
}

/** What stands below the title of a step: its type, condition or size. */
export function subtitleOf(step: Step, typeTitle: (type: string) => string): string {
  switch (step.step) {
    case "conditional":
      return step.condition ? `If ${bare(step.condition)}` : "No condition yet";
    case "parallel":
      return step.branches.length === 1 ? "1 branch" : `${step.branches.length} branches`;
    default:
      return typeTitle(step.type);
  }
}

/** The inside of a `${ … }`. */
const bare = (condition: string): string =>
  /^\s*\$\{(.*)\}\s*$/s.exec(condition)?.[1]?.trim() ?? condition;
