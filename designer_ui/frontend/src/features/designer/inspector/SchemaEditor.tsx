import { Braces, Plus } from "lucide-react";
import { useState } from "react";
import { JsonField } from "@/forms/JsonField";
import { type FormField, fieldsFromSchema, newField, schemaFromFields } from "@/graph/schemaFields";
import { Button } from "@/ui/Button";
import { FieldRow } from "./FieldRow";

interface SchemaEditorProps {
  label: string;
  hint?: string;
  value: unknown;
  onChange: (value: unknown) => void;
}

/** A form as a list of fields; the JSON Schema behind it can be edited too. */
export function SchemaEditor({ label, hint, value, onChange }: SchemaEditorProps) {
  const fields = fieldsFromSchema(value);
  const [isJson, setIsJson] = useState(fields === null);
  const save = (next: FormField[]) => onChange(schemaFromFields(next, value));
  const showsJson = isJson || fields === null;
  return (
    <fieldset className="space-y-2.5">
      <legend className="sr-only">{label}</legend>
      <div className="flex items-center justify-between">
        <span aria-hidden className="font-medium text-[13px]">
          {label}
        </span>
        <Button
          size="sm"
          variant="ghost"
          aria-pressed={showsJson}
          disabled={fields === null}
          className="h-5.5 px-1.5 text-[11px] text-muted-foreground"
          onClick={() => setIsJson(!isJson)}
        >
          <Braces /> JSON Schema
        </Button>
      </div>
      {hint && <p className="text-muted-foreground text-xs">{hint}</p>}
      {showsJson ? (
        <JsonField label={`${label} as JSON Schema`} value={value ?? {}} onChange={onChange} />
      ) : (
        <>
          <ol className="space-y-2">
            {fields.map((field, index) => (
              <FieldRow
                // biome-ignore lint/suspicious/noArrayIndexKey: the name is edited in place
                key={index}
                number={index + 1}
                field={field}
                taken={fields.filter((_, i) => i !== index).map((each) => each.name)}
                onChange={(next) => save(fields.map((each, i) => (i === index ? next : each)))}
                onRemove={() => save(fields.filter((_, i) => i !== index))}
                onMove={(by) => {
                  const next = fields.filter((_, i) => i !== index);
                  next.splice(Math.max(0, index + by), 0, field);
                  save(next);
                }}
              />
            ))}
          </ol>
          <Button size="sm" onClick={() => save([...fields, newField(fields)])}>
            <Plus /> Add a field
          </Button>
        </>
      )}
    </fieldset>
  );
}
