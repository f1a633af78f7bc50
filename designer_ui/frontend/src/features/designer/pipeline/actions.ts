import type { Direction } from "@/graph/navigate";
import { planPaste, readSteps } from "@/pipeline/clipboard";
import { placeInDirection, placesAt, stepInDirection, usualPlace } from "@/pipeline/navigate";
import { asPipeline } from "@/pipeline/operations";
import { isTask, makeStep, START_ID } from "@/pipeline/steps";
import { outermost, type Place, type Step } from "@/pipeline/tree";
import type { NodePreset } from "../canvasHandle";
import type { DesignerStore } from "../store/designerStore";

const stepsOf = (store: DesignerStore): readonly Step[] =>
  asPipeline(store.getState().history.present).steps;

/** The last of the selected steps in reading order, where the next one is added; null without any. */
export function lastSelected(store: DesignerStore): string | null {
  const { nodes } = store.getState().selection;
  return outermost(stepsOf(store), nodes).at(-1)?.id ?? (nodes.has(START_ID) ? START_ID : null);
}

/** Where the next step goes when nobody says. */
export function placeForNext(store: DesignerStore): Place {
  const steps = stepsOf(store);
  const usual = usualPlace(placesAt(steps, lastSelected(store)));
  return usual?.place ?? { owner: null, lane: 0, index: steps.length };
}

/** Adds a step of a type and selects it. Returns its id. */
export function addStep(
  store: DesignerStore,
  type: string,
  place: Place,
  preset: NodePreset = {},
): string {
  const { catalog, perform, selectNodes } = store.getState();
  const made = makeStep(stepsOf(store), catalog, type);
  const step = isTask(made)
    ? { ...made, ...preset, config: { ...made.config, ...preset.config } }
    : made;
  perform({ kind: "insert-steps", place, steps: [step] });
  selectNodes([step.id]);
  return step.id;
}

/** Adds what a clipboard's text holds behind the selection. Returns false when it holds no steps. */
export function pasteSteps(store: DesignerStore, text: string): boolean {
  const pasted = readSteps(text);
  if (!pasted || pasted.length === 0) return false;
  const { history, perform, selectNodes } = store.getState();
  const operation = planPaste(asPipeline(history.present), pasted, placeForNext(store));
  perform(operation);
  selectNodes(operation.steps.map((step) => step.id));
  return true;
}

/** Selects the step that an arrow key leads to. Returns its id, or null at the edge. */
export function goTo(store: DesignerStore, direction: Direction): string | null {
  const next = stepInDirection(stepsOf(store), lastSelected(store), direction);
  if (next) store.getState().selectNodes([next]);
  return next;
}

/** Moves the selected steps one place further. */
export function moveSelected(store: DesignerStore, direction: Direction): void {
  const { selection, perform } = store.getState();
  const steps = stepsOf(store);
  const moved = outermost(steps, selection.nodes);
  const lead = direction === "down" ? moved.at(-1) : moved[0];
  const place = lead && placeInDirection(steps, lead.id, direction);
  if (place) perform({ kind: "move-steps", ids: moved.map((step) => step.id), place });
}

/** A step that is one of several selected takes the others along when it is dragged. */
export function movedWith(store: DesignerStore, stepId: string): ReadonlySet<string> {
  const { nodes } = store.getState().selection;
  const chosen = nodes.has(stepId) ? nodes : new Set([stepId]);
  return new Set(outermost(stepsOf(store), chosen).map((step) => step.id));
}
