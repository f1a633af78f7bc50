import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { CircleAlert, LoaderCircle } from "lucide-react";
import { useEffect, useState } from "react";
import type { Preview } from "@/api/types";
import { hasExpression } from "@/graph/expressions";
import { useExpressionScope } from "./PreviewContext";

const typeWords: Record<string, string> = {
  bool: "yes / no",
  int: "whole number",
  double: "number",
  string: "text",
  list: "list",
  map: "object",
  null: "empty",
  unknown: "unknown",
};

function useDelayed<T>(value: T, milliseconds: number): T {
  const [delayed, setDelayed] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return delayed;
}

function formatValue(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function Result({ preview }: { preview: Preview }) {
  if (!preview.ok) {
    const { error } = preview;
    return (
      <span className="flex items-start gap-1.5 text-status-failed">
        <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
        <span>
          {error?.message ?? "This cannot be evaluated."}
          {error?.column ? ` (column ${error.column})` : ""}
        </span>
      </span>
    );
  }
  return (
    <span className="flex items-baseline gap-2">
      <span className="min-w-0 break-words font-mono text-status-succeeded">
        = {formatValue(preview.value)}
      </span>
      <span className="shrink-0 text-muted-foreground">
        {typeWords[preview.type] ?? preview.type}
      </span>
    </span>
  );
}

/** The live result of an expression with its type, on sample data. */
export function ExpressionPreview({ id, value }: { id: string; value: unknown }) {
  const { preview, sampleKey } = useExpressionScope();
  const delayed = useDelayed(value, 250);
  const isAsked = preview !== null && hasExpression(delayed);
  const { data, isFetching, isError } = useQuery({
    queryKey: ["preview", sampleKey, delayed],
    queryFn: ({ signal }) => {
      if (!preview) throw new Error("There is no preview here.");
      return preview(delayed, signal);
    },
    enabled: isAsked,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
  if (!hasExpression(value) || !preview) return null;
  // Its line is kept free from the start, so that nothing below it moves under the pointer.
  return (
    <output id={id} aria-live="polite" aria-label="Preview" className="mt-1 block min-h-4 text-xs">
      {isError ? (
        <span className="text-muted-foreground">No preview: the server did not answer.</span>
      ) : data ? (
        <Result preview={data} />
      ) : isFetching ? (
        <span className="flex items-center gap-1.5 text-muted-foreground">
          <LoaderCircle aria-hidden className="size-3 animate-spin" /> Evaluating
        </span>
      ) : null}
    </output>
  );
}
