import { createContext, useContext } from "react";
import type { Preview } from "@/api/types";
import type { ExpressionName } from "@/documents/names";
import type { JsonObject } from "@/graph/types";

/** `extra` stands for names that exist only at some places. */
export type AskForPreview = (
  value: unknown,
  signal: AbortSignal,
  extra?: JsonObject,
) => Promise<Preview>;

export interface ExpressionScope {
  names: readonly ExpressionName[];
  /** The value on sample data, from the server; null where no preview can be had. */
  preview: AskForPreview | null;
  /** Changes when the sample or the graph does, so that previews are asked for anew. */
  sampleKey: string;
}

export const ExpressionScopeContext = createContext<ExpressionScope>({
  names: [],
  preview: null,
  sampleKey: "",
});

/** Names and preview for the expressions of the node at hand. */
export const useExpressionScope = (): ExpressionScope => useContext(ExpressionScopeContext);
