import type { WorkflowNode } from "@/graph/types";
import { Checkbox, Field, Input } from "@/ui/Field";
import { StringListEditor } from "./StringListEditor";

type Retry = NonNullable<WorkflowNode["retry"]>;

const usual: Retry = {
  max_attempts: 3,
  initial_delay_seconds: 1,
  backoff: 2,
  max_delay_seconds: 300,
  jitter: 0.1,
  on: [],
};

const numbers: {
  key: keyof Omit<Retry, "on">;
  label: string;
  min: number;
  step: number | "any";
}[] = [
  { key: "max_attempts", label: "Attempts in all", min: 1, step: 1 },
  { key: "initial_delay_seconds", label: "First delay (s)", min: 0, step: "any" },
  { key: "backoff", label: "Delay grows by", min: 1, step: "any" },
  { key: "max_delay_seconds", label: "Longest delay (s)", min: 0, step: "any" },
];

interface RetrySettingsProps {
  label?: string;
  retry: Retry | null;
  onChange: (retry: Retry | null) => void;
}

/** How often a failed attempt is repeated. */
export function RetrySettings({
  label = "Try again when it fails",
  retry,
  onChange,
}: RetrySettingsProps) {
  return (
    <div className="space-y-3">
      <Checkbox
        label={label}
        checked={retry !== null}
        onCheckedChange={(isOn) => onChange(isOn ? usual : null)}
      />
      {retry && (
        <div className="grid grid-cols-2 gap-3 rounded-lg border bg-muted/50 p-3">
          {numbers.map(({ key, label, min, step }) => (
            <Field key={key} label={label}>
              {(ids) => (
                <Input
                  {...ids}
                  type="number"
                  min={min}
                  step={step}
                  value={retry[key] ?? ""}
                  onChange={(event) =>
                    onChange({ ...retry, [key]: Math.max(min, event.target.valueAsNumber || min) })
                  }
                />
              )}
            </Field>
          ))}
          <div className="col-span-2">
            <StringListEditor
              label="Only on these errors"
              hint="Empty: on every error that is not final."
              value={retry.on}
              onChange={(on) => onChange({ ...retry, on })}
            />
          </div>
        </div>
      )}
    </div>
  );
}
