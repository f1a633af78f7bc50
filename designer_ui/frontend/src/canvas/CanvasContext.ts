import { createContext, useContext } from "react";
import type { CanvasEditing } from "./types";

interface CanvasContextValue {
  editing: CanvasEditing | null;
}

/** Stable for the life of a canvas, so that nodes do not draw anew. */
export const CanvasContext = createContext<CanvasContextValue>({ editing: null });

export const useCanvas = (): CanvasContextValue => useContext(CanvasContext);
