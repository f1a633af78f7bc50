import type { WorkflowNode } from "@/graph/types";
import { Checkbox, Field, Input } from "@/ui/Field";

type Memo = NonNullable<WorkflowNode["memo"]>;

interface MemoSettingsProps {
  memo: Memo | null;
  onChange: (memo: Memo | null) => void;
}

const ONE_DAY = 86_400;

/** Whether the step takes the result of the same work done before, in any run. */
export function MemoSettings({ memo, onChange }: MemoSettingsProps) {
  return (
    <div className="space-y-3">
      <Checkbox
        label="Take an earlier result for the same input"
        checked={Boolean(memo)}
        onCheckedChange={(isOn) => onChange(isOn ? { ttl_seconds: ONE_DAY } : null)}
      />
      {memo && (
        <Field label="A result counts for (seconds)">
          {(ids) => (
            <Input
              {...ids}
              type="number"
              min={1}
              step="any"
              value={memo.ttl_seconds}
              onChange={(event) =>
                onChange({ ttl_seconds: Math.max(1, event.target.valueAsNumber || 1) })
              }
            />
          )}
        </Field>
      )}
    </div>
  );
}
