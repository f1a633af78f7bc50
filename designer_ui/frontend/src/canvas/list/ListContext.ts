import { createContext, type ReactNode, useContext } from "react";
import type { ListEditing, Place } from "./model";

export interface ListContextValue {
  /** The one step that the Tab key comes to. */
  tabStop: string;
  selection: ReadonlySet<string>;
  onSelect: (id: string, isMore: boolean) => void;
  onOpen: (id: string) => void;
  editing: ListEditing | null;
  /** Ids of the steps that are being dragged. */
  dragged: ReadonlySet<string>;
  /** Where a dragged step would land. */
  landing: Place | null;
  /** Something that stands open in a gap: the search for the next step. */
  open: { place: Place; content: ReactNode } | null;
}

export const ListContext = createContext<ListContextValue | null>(null);

export function useList(): ListContextValue {
  const value = useContext(ListContext);
  if (!value) throw new Error("Parts of a list must stand inside <ListContext.Provider>.");
  return value;
}
