import { FunctionSquare } from "lucide-react";
import { ExpressionField } from "@/forms/ExpressionField";
import { KeyValueEditor } from "@/forms/KeyValueEditor";
import { ValueEditor } from "@/forms/ValueEditor";
import { hasExpression } from "@/graph/expressions";
import { isObject, type JsonObject } from "@/graph/types";
import { Button } from "@/ui/Button";
import { Checkbox, Field, Input, Select } from "@/ui/Field";
import { StringListEditor } from "./StringListEditor";
import { choicesOf } from "./schemaShape";
import { WorkflowField } from "./WorkflowField";

interface PropertyFieldProps {
  label: string;
  hint?: string;
  error?: string;
  isRequired: boolean;
  /** `${` has no meaning here. */
  isLiteral: boolean;
  schema: JsonObject;
  value: unknown;
  onChange: (value: unknown) => void;
}

interface SwitchProps {
  isExpression: boolean;
  label: string;
  onSwitch: () => void;
}

/** Between a fixed value and an expression. */
function ExpressionSwitch({ isExpression, label, onSwitch }: SwitchProps) {
  return (
    <Button
      size="sm"
      variant="ghost"
      aria-pressed={isExpression}
      aria-label={isExpression ? `Fixed value for ${label}` : `Expression for ${label}`}
      className="h-5.5 px-1.5 text-[11px] text-muted-foreground"
      onClick={onSwitch}
    >
      <FunctionSquare /> {isExpression ? "Fixed" : "Expression"}
    </Button>
  );
}

/** One config value, edited in the way that its schema asks for. */
export function PropertyField(props: PropertyFieldProps) {
  const { label, hint, error, isRequired, isLiteral, schema, value, onChange } = props;
  const fallback = schema.default;
  const current = value === undefined ? fallback : value;
  const choices = choicesOf(schema);
  const widget = schema["x-widget"];
  const isNarrowType =
    schema.type === "number" || schema.type === "integer" || schema.type === "boolean" || choices;

  if (isNarrowType && hasExpression(current)) {
    return (
      <ExpressionField
        label={label}
        hint={hint}
        error={error}
        isRequired={isRequired}
        value={current}
        onChange={onChange}
        mode="expression"
        placeholder=""
        aside={
          <ExpressionSwitch
            isExpression
            label={label}
            onSwitch={() => onChange(fallback ?? (schema.type === "boolean" ? false : undefined))}
          />
        }
      />
    );
  }
  const aside = !isLiteral && isNarrowType && (
    <ExpressionSwitch isExpression={false} label={label} onSwitch={() => onChange("${ input }")} />
  );
  if (choices) {
    const text = typeof current === "string" ? current : "";
    const hasEmpty = text === "" || schema["x-nullable"] === true;
    return (
      <Field label={label} hint={hint} error={error} isRequired={isRequired} aside={aside}>
        {(ids) => (
          <Select
            {...ids}
            value={text}
            options={hasEmpty ? [{ value: "", label: "Not set" }, ...choices] : choices}
            onValueChange={(next) => onChange(next || undefined)}
          />
        )}
      </Field>
    );
  }
  if (schema.type === "boolean") {
    return (
      <div className="space-y-1">
        <div className="flex items-center justify-between">
          <Checkbox label={label} checked={current === true} onCheckedChange={onChange} />
          {aside}
        </div>
        {(error || hint) && (
          <p className={error ? "text-status-failed text-xs" : "text-muted-foreground text-xs"}>
            {error ?? hint}
          </p>
        )}
      </div>
    );
  }
  if (schema.type === "number" || schema.type === "integer") {
    return (
      <Field label={label} hint={hint} error={error} isRequired={isRequired} aside={aside}>
        {(ids) => (
          <Input
            {...ids}
            type="number"
            step={schema.type === "integer" ? 1 : "any"}
            min={typeof schema.minimum === "number" ? schema.minimum : undefined}
            value={typeof current === "number" ? current : ""}
            onChange={(event) => {
              const number = event.target.valueAsNumber;
              if (Number.isNaN(number)) onChange(schema["x-nullable"] ? null : undefined);
              else onChange(number);
            }}
          />
        )}
      </Field>
    );
  }
  if (schema.type === "array" && isObject(schema.items) && schema.items.type === "string") {
    return <StringListEditor label={label} hint={hint} value={current} onChange={onChange} />;
  }
  if (schema.type === "object" && widget !== "json" && !isObject(schema.properties)) {
    return (
      <div className="space-y-1.5">
        <p className="font-medium text-[13px]">{label}</p>
        {hint && <p className="text-muted-foreground text-xs">{hint}</p>}
        <KeyValueEditor
          label={label}
          keyLabel={label === "Facts to show" ? "Label" : "Name"}
          value={current}
          onChange={onChange}
        />
        {error && <p className="text-status-failed text-xs">{error}</p>}
      </div>
    );
  }
  if (schema.type === "string") {
    if (widget === "workflow") {
      return (
        <WorkflowField
          label={label}
          hint={hint}
          error={error}
          isRequired={isRequired}
          value={typeof current === "string" ? current : ""}
          onChange={onChange}
        />
      );
    }
    if (isLiteral) {
      return (
        <Field label={label} hint={hint} error={error} isRequired={isRequired}>
          {(ids) =>
            widget === "multiline" ? (
              <textarea
                {...ids}
                rows={6}
                value={typeof current === "string" ? current : ""}
                onChange={(event) => onChange(event.target.value)}
                className="w-full rounded-md border border-input bg-card px-2.5 py-2 text-[13px]"
              />
            ) : (
              <Input
                {...ids}
                value={typeof current === "string" ? current : ""}
                onChange={(event) => onChange(event.target.value)}
              />
            )
          }
        </Field>
      );
    }
    return (
      <ExpressionField
        label={label}
        hint={hint}
        error={error}
        isRequired={isRequired}
        value={typeof current === "string" ? current : ""}
        onChange={(text) => onChange(text === "" && !isRequired ? undefined : text)}
        isMultiline={widget === "multiline"}
      />
    );
  }
  return (
    <ValueEditor
      label={label}
      hint={hint}
      error={error}
      isRequired={isRequired}
      value={current}
      onChange={onChange}
      preferred={
        widget === "json" && isRequired ? "fields" : isObject(schema.properties) ? "json" : "text"
      }
    />
  );
}
