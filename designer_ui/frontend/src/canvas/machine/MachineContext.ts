import { createContext, useContext } from "react";
import type { CardContent } from "../CardFace";

export type PartMarks = Pick<CardContent, "isChanged" | "problemCount" | "problemText">;

/** What the states, transitions and actions on a canvas have in common. */
export interface MachineContextValue {
  readonly selection: ReadonlySet<string>;
  /** A press on an action or, where the machine is edited, on a transition. */
  readonly onSelect: ((partId: string) => void) | undefined;
  readonly onOpen: ((partId: string) => void) | undefined;
  readonly isEdited: boolean;
  readonly marksOf: (partId: string) => PartMarks;
  /** The state that what is dragged would land in. */
  readonly landing: string | null;
}

export const noMarks: PartMarks = {};

export const MachineContext = createContext<MachineContextValue>({
  selection: new Set(),
  onSelect: undefined,
  onOpen: undefined,
  isEdited: false,
  marksOf: () => noMarks,
  landing: null,
});

export const useMachine = (): MachineContextValue => useContext(MachineContext);
