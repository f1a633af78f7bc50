import { useEffect, useRef, useState } from "react";
import { canonicalText } from "@/documents/compare";
import { LazyCodeEditor } from "./LazyCodeEditor";
import { useExpressionScope } from "./PreviewContext";

interface JsonFieldProps {
  label: string;
  value: unknown;
  onChange: (value: unknown) => void;
  isReadOnly?: boolean;
}

const print = (value: unknown) => (value === undefined ? "" : JSON.stringify(value, null, 2));

/** JSON as text. What cannot be read is told at once and is not passed on. */
export function JsonField({ label, value, onChange, isReadOnly }: JsonFieldProps) {
  const { names } = useExpressionScope();
  const [text, setText] = useState(() => print(value));
  const [error, setError] = useState<string | null>(null);
  const emitted = useRef(value);
  useEffect(() => {
    if (canonicalText(value) === canonicalText(emitted.current)) return;
    emitted.current = value;
    setText(print(value));
    setError(null);
  }, [value]);
  const edit = (next: string) => {
    setText(next);
    try {
      const parsed: unknown = next.trim() ? JSON.parse(next) : null;
      setError(null);
      emitted.current = parsed;
      onChange(parsed);
    } catch (problem) {
      setError(problem instanceof Error ? problem.message : "This is not JSON.");
    }
  };
  return (
    <div className="space-y-1">
      <LazyCodeEditor
        label={label}
        value={text}
        onChange={edit}
        mode="json"
        names={names}
        isMultiline
        isInvalid={error !== null}
        isReadOnly={isReadOnly}
      />
      {error && (
        <p role="alert" className="text-status-failed text-xs">
          Not yet taken over: {error}
        </p>
      )}
    </div>
  );
}
