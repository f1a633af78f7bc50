import type { Canvas, CanvasAction } from "@/api/types";
import { drawingOf, type MachineDrawing } from "@/canvas/machine/drawing";
import type { Catalog } from "@/graph/types";
import { type Action, blocksOf, type Machine, type Transition, titleOfState, walk } from "./states";

/** What is written on a transition; `core/canvas_machine.py` writes the same, but for nothing at all. */
export function labelOf(transition: Transition): string {
  if (transition.label) return transition.label;
  const { event, done, after, guard } = transition;
  const trigger = done ? "done" : after !== null ? `after ${after} s` : (event ?? "");
  return [trigger, guard ? `[${guard}]` : ""].filter(Boolean).join(" ").slice(0, 200) || "at once";
}

const actionOf = (action: Action, state: string, when: string, catalog: Catalog): CanvasAction => {
  const spec = catalog.get(action.type);
  return {
    id: action.id,
    type: action.type,
    title: action.title || (spec?.title ?? action.type),
    icon: spec?.icon ?? "circle-help",
    state,
    when,
  };
};

/** A machine as it is drawn while it is edited. */
export function drawingOfMachine(machine: Machine, catalog: Catalog): MachineDrawing {
  const found = [...walk(machine.states)];
  const canvas: Pick<Canvas, "nodes" | "edges" | "actions"> = {
    nodes: found.map(({ state, parent }) => ({
      id: state.id,
      type: `state.${state.type}`,
      title: titleOfState(state),
      family: "flow",
      icon: catalog.get(`state.${state.type}`)?.icon ?? "circle",
      ports: state.transitions.map((each) => ({
        id: each.id,
        label: labelOf(each),
        kind: "normal" as const,
      })),
      parent: parent?.id ?? null,
      text: null,
    })),
    edges: found.flatMap(({ state }) => [
      ...state.transitions.flatMap((each) =>
        each.targets.map((target, index) => ({
          id: index === 0 ? each.id : `${each.id}.${index}`,
          source: state.id,
          source_port: each.id,
          target,
          label: labelOf(each),
          loop: false,
          max_iterations: 1,
        })),
      ),
      ...state.default.map((target, index) => ({
        id: `${state.id}.default.${index}`,
        source: state.id,
        source_port: "default",
        target,
        label: "",
        loop: false,
        max_iterations: 1,
      })),
    ]),
    actions: found.flatMap(({ state }) =>
      blocksOf(state).flatMap(({ place, actions }) =>
        actions.map((action) =>
          actionOf(
            action,
            state.id,
            place.kind === "transition" ? place.transition : place.kind,
            catalog,
          ),
        ),
      ),
    ),
  };
  const first = new Set(found.map(({ parent }) => (parent ?? machine).initial));
  const drawing = drawingOf(canvas);
  return {
    ...drawing,
    states: drawing.states.map((state) => ({ ...state, isInitial: first.has(state.id) })),
  };
}
