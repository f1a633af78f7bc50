import { useId } from "react";
import { singleExpression, wrapExpression } from "@/graph/expressions";
import { cn } from "@/ui/cn";
import { ExpressionPreview } from "./ExpressionPreview";
import { LazyCodeEditor } from "./LazyCodeEditor";
import { useExpressionScope } from "./PreviewContext";

interface ExpressionFieldProps {
  label: string;
  /** Hidden where the label already stands above, such as in a table. */
  isLabelHidden?: boolean;
  hint?: string;
  error?: string;
  aside?: React.ReactNode;
  isRequired?: boolean;
  value: string;
  onChange: (value: string) => void;
  /**
   * `template`: text in which `${ … }` is filled in. `expression`: only the inside is edited, and
   * the value is always exactly one `${ … }`.
   */
  mode?: "template" | "expression";
  isMultiline?: boolean;
  placeholder?: string;
}

/** A value that may hold expressions, with completion of names and the live result. */
export function ExpressionField({
  label,
  isLabelHidden,
  hint,
  error,
  aside,
  isRequired,
  value,
  onChange,
  mode = "template",
  isMultiline,
  placeholder,
}: ExpressionFieldProps) {
  const { names } = useExpressionScope();
  const id = useId();
  const inner = mode === "expression" ? (singleExpression(value) ?? value) : value;
  const note = error ?? hint;
  return (
    <div className="min-w-0 space-y-1.5">
      {!isLabelHidden && (
        <div className="flex min-h-5 items-center justify-between gap-2">
          <span className="font-medium text-[13px]">
            {label}
            {isRequired && (
              <span aria-hidden className="ml-0.5 text-status-failed">
                *
              </span>
            )}
          </span>
          {aside}
        </div>
      )}
      <LazyCodeEditor
        label={label}
        describedBy={cn(note && `${id}-note`, `${id}-preview`)}
        value={inner}
        onChange={(text) => onChange(mode === "expression" ? wrapExpression(text) : text)}
        mode={mode}
        names={names}
        isMultiline={isMultiline}
        isInvalid={Boolean(error)}
        placeholder={placeholder ?? (mode === "expression" ? "input.amount > 1000" : "")}
      />
      <ExpressionPreview id={`${id}-preview`} value={value} />
      {note && (
        <p
          id={`${id}-note`}
          className={cn("text-xs", error ? "text-status-failed" : "text-muted-foreground")}
        >
          {note}
        </p>
      )}
    </div>
  );
}
