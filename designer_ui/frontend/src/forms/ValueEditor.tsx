import { useState } from "react";
import { isObject } from "@/graph/types";
import { cn } from "@/ui/cn";
import { ExpressionField } from "./ExpressionField";
import { JsonField } from "./JsonField";
import { KeyValueEditor } from "./KeyValueEditor";

type Shape = "text" | "fields" | "json";

const shapes: { value: Shape; label: string }[] = [
  { value: "text", label: "Text" },
  { value: "fields", label: "Fields" },
  { value: "json", label: "JSON" },
];

function shapeOf(value: unknown): Shape {
  if (isObject(value)) return "fields";
  return value === null || value === undefined || typeof value === "string" ? "text" : "json";
}

interface ValueEditorProps {
  label: string;
  hint?: string;
  error?: string;
  isRequired?: boolean;
  value: unknown;
  onChange: (value: unknown) => void;
  /** What an empty value starts as. */
  preferred?: Shape;
}

/** Any JSON value: one text or expression, an object field by field, or JSON as it is. */
export function ValueEditor({
  label,
  hint,
  error,
  isRequired,
  value,
  onChange,
  preferred = "text",
}: ValueEditorProps) {
  const isEmpty = value === null || value === undefined || value === "";
  const [shape, setShape] = useState<Shape>(isEmpty ? preferred : shapeOf(value));
  const change = (next: Shape) => {
    setShape(next);
    if (next === "fields" && !isObject(value)) onChange({});
    if (next === "text" && typeof value !== "string") onChange("");
  };
  return (
    <div className="space-y-1.5">
      <div className="flex min-h-5 items-center justify-between gap-2">
        <span className="font-medium text-[13px]">
          {label}
          {isRequired && (
            <span aria-hidden className="ml-0.5 text-status-failed">
              *
            </span>
          )}
        </span>
        <div
          role="radiogroup"
          aria-label={`${label}: shape`}
          className="flex rounded-md border bg-muted p-0.5"
        >
          {shapes.map((each) => (
            <button
              key={each.value}
              type="button"
              role="radio"
              aria-checked={shape === each.value}
              onClick={() => change(each.value)}
              className={cn(
                "h-5 rounded px-1.5 text-[11px] text-muted-foreground",
                shape === each.value && "bg-card font-medium text-foreground shadow-card",
              )}
            >
              {each.label}
            </button>
          ))}
        </div>
      </div>
      {shape === "text" && (
        <ExpressionField
          label={label}
          isLabelHidden
          isMultiline
          value={typeof value === "string" ? value : ""}
          onChange={(text) => onChange(text === "" ? null : text)}
          placeholder="Text or ${ … }"
        />
      )}
      {shape === "fields" && <KeyValueEditor label={label} value={value} onChange={onChange} />}
      {shape === "json" && <JsonField label={label} value={value ?? null} onChange={onChange} />}
      {(error || hint) && (
        <p className={cn("text-xs", error ? "text-status-failed" : "text-muted-foreground")}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}
