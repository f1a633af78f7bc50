import { ArrowUp, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { isNodeId } from "@/graph/ids";
import { FIELD_KINDS, type FieldKind, type FormField, fieldKindLabels } from "@/graph/schemaFields";
import { Checkbox, Input, Select } from "@/ui/Field";
import { IconButton } from "@/ui/IconButton";
import { StringListEditor } from "./StringListEditor";

const kinds = FIELD_KINDS.map((value) => ({ value, label: fieldKindLabels[value] }));

interface FieldRowProps {
  number: number;
  field: FormField;
  taken: readonly string[];
  onChange: (field: FormField) => void;
  onRemove: () => void;
  onMove: (by: number) => void;
}

/** One field of a form: name for expressions, title for people, type, required. */
export function FieldRow({ number, field, taken, onChange, onRemove, onMove }: FieldRowProps) {
  const [name, setName] = useState(field.name);
  useEffect(() => setName(field.name), [field.name]);
  const isValid = isNodeId(name) && !taken.includes(name);
  const changeName = (next: string) => {
    setName(next);
    if (isNodeId(next) && !taken.includes(next)) onChange({ ...field, name: next });
  };
  return (
    <li className="space-y-2 rounded-lg border bg-muted/50 p-2.5">
      <div className="flex items-center gap-1.5">
        <Input
          aria-label={`Name of field ${number}`}
          aria-invalid={!isValid || undefined}
          value={name}
          placeholder="name"
          className="h-7.5 font-mono text-xs"
          onChange={(event) => changeName(event.target.value)}
          onBlur={() => setName(field.name)}
        />
        <Select
          aria-label={`Type of field ${number}`}
          value={field.kind}
          options={kinds}
          className="h-7.5 w-36 shrink-0"
          onValueChange={(kind) => onChange({ ...field, kind: kind as FieldKind, rest: {} })}
        />
        <IconButton
          label={`Move field ${number} up`}
          size="icon-sm"
          disabled={number === 1}
          onClick={() => onMove(-1)}
        >
          <ArrowUp />
        </IconButton>
        <IconButton label={`Remove field ${number}`} size="icon-sm" onClick={onRemove}>
          <Trash2 />
        </IconButton>
      </div>
      <div className="flex items-center gap-3">
        <Input
          aria-label={`Title of field ${number}`}
          value={field.title}
          placeholder="Title for people"
          className="h-7.5"
          onChange={(event) => onChange({ ...field, title: event.target.value })}
        />
        <Checkbox
          label="Required"
          aria-label={`Field ${number} is required`}
          className="shrink-0 text-xs"
          checked={field.isRequired}
          onCheckedChange={(isRequired) => onChange({ ...field, isRequired })}
        />
      </div>
      {field.kind === "choice" && (
        <StringListEditor
          label={`Choices of field ${number}`}
          value={field.choices}
          onChange={(choices) => onChange({ ...field, choices })}
        />
      )}
      {!isValid && (
        <p className="text-status-failed text-xs">
          {taken.includes(name)
            ? "Another field has this name."
            : "A name begins with a letter and holds letters, digits and _ only."}
        </p>
      )}
    </li>
  );
}
