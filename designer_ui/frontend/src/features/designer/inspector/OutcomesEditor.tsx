import { Plus, Trash2 } from "lucide-react";
import { identifierFrom, uniqueName } from "@/graph/ids";
import { isObject } from "@/graph/types";
import { Button } from "@/ui/Button";
import { Checkbox, Input, Select } from "@/ui/Field";
import { IconButton } from "@/ui/IconButton";
import type { EditConfig } from "./useEditConfig";

interface Outcome {
  id: string;
  label: string;
  style: string;
  comment_required: boolean;
}

const styles = [
  { value: "approve", label: "Approve" },
  { value: "reject", label: "Reject" },
  { value: "neutral", label: "Neutral" },
];

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function readOutcomes(value: unknown): Outcome[] {
  return (Array.isArray(value) ? value : []).filter(isObject).map((each) => ({
    id: text(each.id),
    label: text(each.label),
    style: text(each.style) || "neutral",
    comment_required: each.comment_required === true,
  }));
}

/** The answers of a human decision: buttons for people, and outputs on the canvas. */
export function OutcomesEditor({ value, edit }: { value: unknown; edit: EditConfig }) {
  const outcomes = readOutcomes(value);
  const save = (next: Outcome[]) => edit({ outcomes: next });
  const patch = (index: number, change: Partial<Outcome>) =>
    save(outcomes.map((outcome, i) => (i === index ? { ...outcome, ...change } : outcome)));
  const add = () => {
    const taken = new Set(outcomes.map((outcome) => outcome.id));
    const id = uniqueName(identifierFrom(`answer ${outcomes.length + 1}`), taken);
    const label = `Answer ${outcomes.length + 1}`;
    save([...outcomes, { id, label, style: "neutral", comment_required: false }]);
  };
  return (
    <fieldset className="space-y-2.5">
      <legend className="mb-1.5 font-medium text-[13px]">Answers</legend>
      <ol className="space-y-2">
        {outcomes.map((outcome, index) => (
          <li key={outcome.id} className="rounded-lg border bg-muted/50 p-2.5">
            <div className="flex items-center gap-1.5">
              <Input
                aria-label={`Button of answer ${index + 1}`}
                value={outcome.label}
                placeholder={outcome.id}
                className="h-7.5 font-medium"
                onChange={(event) => patch(index, { label: event.target.value })}
              />
              <Select
                aria-label={`Style of answer ${index + 1}`}
                className="h-7.5 w-28 shrink-0"
                value={outcome.style}
                options={styles}
                onValueChange={(style) => patch(index, { style })}
              />
              <IconButton
                label={`Remove answer ${index + 1}`}
                size="icon-sm"
                disabled={outcomes.length === 1}
                onClick={() => save(outcomes.filter((_, i) => i !== index))}
              >
                <Trash2 />
              </IconButton>
            </div>
            <div className="mt-2 flex items-center justify-between gap-2">
              <Checkbox
                label="Needs a comment"
                className="text-xs"
                checked={outcome.comment_required}
                onCheckedChange={(checked) => patch(index, { comment_required: checked })}
              />
              <code className="truncate font-mono text-[11px] text-muted-foreground">
                {outcome.id}
              </code>
            </div>
          </li>
        ))}
      </ol>
      <Button size="sm" onClick={add}>
        <Plus /> Add an answer
      </Button>
    </fieldset>
  );
}
