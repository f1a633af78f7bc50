import { createContext, useContext } from "react";
import type { DraftSaver } from "./draftSaver";

export const SaverContext = createContext<DraftSaver | null>(null);

export function useSaver(): DraftSaver {
  const saver = useContext(SaverContext);
  if (!saver) throw new Error("Designer parts must stand inside <SaverContext.Provider>.");
  return saver;
}
