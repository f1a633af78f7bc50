import type { CardContent } from "../CardFace";
import { typeTitleOf } from "../fromApi";
import type { StateBox } from "./drawing";

/** A state in the words that cards of every kind share. */
export function stateContent(state: StateBox): CardContent {
  const type = `state.${state.kind}`;
  return {
    id: state.id,
    type,
    title: state.title,
    typeTitle: state.isRegion ? "Region" : typeTitleOf(type),
    family: "flow",
    icon: state.icon,
  };
}
