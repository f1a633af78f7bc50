import { Checkbox, Field, Input, Select, Textarea } from "@/ui/Field";
import type { Control, FieldInput, FormField, FormInputs } from "./formFields";

interface FormFieldsProps {
  fields: readonly FormField[];
  inputs: FormInputs;
  errors: Readonly<Record<string, string>>;
  isReadOnly?: boolean;
  onChange: (name: string, input: FieldInput) => void;
}

/** The fields of a form, one under the other, big enough for a thumb. */
export function FormFields({ fields, inputs, errors, isReadOnly, onChange }: FormFieldsProps) {
  return (
    <div className="space-y-4">
      {fields.map((field) => (
        <OneField
          key={field.name}
          field={field}
          input={inputs[field.name] ?? field.initial}
          error={errors[field.name]}
          isReadOnly={isReadOnly}
          onChange={(input) => onChange(field.name, input)}
        />
      ))}
    </div>
  );
}

interface OneFieldProps {
  field: FormField;
  input: FieldInput;
  error: string | undefined;
  isReadOnly?: boolean;
  onChange: (input: FieldInput) => void;
}

function OneField({ field, input, error, isReadOnly, onChange }: OneFieldProps) {
  const { control } = field;
  if (control.kind === "switch") {
    return (
      <div>
        <Checkbox
          label={field.label}
          className="min-h-9"
          checked={input === true}
          disabled={isReadOnly}
          onCheckedChange={onChange}
        />
        {(error ?? field.hint) && (
          <p className={error ? "text-status-failed text-xs" : "text-muted-foreground text-xs"}>
            {error ?? field.hint}
          </p>
        )}
      </div>
    );
  }
  return (
    <Field
      label={field.label}
      hint={field.hint || undefined}
      error={error}
      isRequired={field.isRequired}
    >
      {(ids) => (
        <TextControl
          ids={{ ...ids, disabled: isReadOnly, "aria-required": field.isRequired }}
          control={control}
          text={String(input)}
          onChange={onChange}
        />
      )}
    </Field>
  );
}

interface TextControlProps {
  ids: Readonly<Record<string, string | boolean | undefined>>;
  control: Exclude<Control, { kind: "switch" }>;
  text: string;
  onChange: (text: string) => void;
}

function TextControl({ ids, control, text, onChange }: TextControlProps) {
  if (control.kind === "choice") {
    return (
      <Select
        {...ids}
        className="h-10 sm:h-8.5"
        value={text}
        onValueChange={onChange}
        options={[{ value: "", label: "Choose" }, ...control.options]}
      />
    );
  }
  if (control.kind === "lines" || control.kind === "json") {
    return (
      <Textarea
        {...ids}
        rows={control.kind === "json" ? 4 : 3}
        className={control.kind === "json" ? "font-mono text-xs" : undefined}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  }
  return (
    <Input
      {...ids}
      className="h-10 sm:h-8.5"
      type={control.kind === "number" ? "text" : control.type}
      inputMode={control.kind === "number" ? "decimal" : undefined}
      value={text}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
