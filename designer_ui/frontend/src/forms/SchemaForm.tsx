import Form from "@rjsf/core";
import { Theme } from "@rjsf/shadcn";
import type { ErrorSchema, RJSFSchema, UiSchema, ValidatorType, WidgetProps } from "@rjsf/utils";
import { useEffect, useMemo, useRef } from "react";
import type { FieldError } from "@/api/problem";
import { isObject, type JsonObject } from "@/graph/types";
import { Select } from "@/ui/Field";
import { RowsField } from "./RowsField";
import { asksForRows } from "./rows";

interface SchemaFormProps {
  id: string;
  schema: JsonObject;
  value: unknown;
  onChange: (value: unknown) => void;
  errors?: readonly FieldError[];
  /** The first field takes the focus when the form appears. */
  hasAutoFocus?: boolean;
}

/** The platform's own select: best on phones, and with every assistive technology. */
function NativeSelect({ id, value, options, disabled, onChange, onBlur, onFocus }: WidgetProps) {
  const choices = options.enumOptions ?? [];
  const index = choices.findIndex((choice) => choice.value === value);
  return (
    <Select
      id={id}
      disabled={disabled}
      value={String(index)}
      options={[
        ...(index < 0 ? [{ value: "-1", label: "Choose…" }] : []),
        ...choices.map((choice, at) => ({ value: String(at), label: choice.label })),
      ]}
      onValueChange={(next) => onChange(choices[Number(next)]?.value)}
      onBlur={() => onBlur(id, value)}
      onFocus={() => onFocus(id, value)}
    />
  );
}

const theme = { ...Theme, widgets: { ...Theme.widgets, SelectWidget: NativeSelect } };

/**
 * Checks nothing: the server is the one that validates. A validator in the browser would need
 * `eval`, which the content security policy forbids.
 */
const serverSideValidator: ValidatorType = {
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  isValid: (schema, data) => {
    const { type } = schema;
    if (typeof type !== "string" || data === undefined) return true;
    const actual = data === null ? "null" : Array.isArray(data) ? "array" : typeof data;
    return type === actual || (type === "integer" && actual === "number");
  },
  rawValidation: () => ({ errors: [], validationError: undefined }),
  reset: () => {},
};

/** `input.items.0.amount` of a problem as rjsf's tree of errors. */
function toErrorSchema(errors: readonly FieldError[]): ErrorSchema {
  const root: Record<string, unknown> = {};
  for (const error of errors) {
    const path = (error.field ?? "").split(".").filter((part) => part && part !== "input");
    let place = root;
    for (const part of path) {
      const next = isObject(place[part]) ? place[part] : {};
      place[part] = next;
      place = next;
    }
    const known = Array.isArray(place.__errors) ? place.__errors : [];
    place.__errors = [...known, error.hint ? `${error.message} ${error.hint}` : error.message];
  }
  return root as ErrorSchema;
}

/** The schema without defaults of rows: rjsf would mix the list that is proposed into a file. */
function toFormSchema(schema: JsonObject): RJSFSchema {
  const properties = Object.entries(isObject(schema.properties) ? schema.properties : {}).map(
    ([name, property]) => {
      if (!isObject(property) || !asksForRows(property)) return [name, property];
      const { default: _proposed, ...rest } = property;
      return [name, rest];
    },
  );
  return { type: "object", ...schema, properties: Object.fromEntries(properties) };
}

function toUiSchema(schema: JsonObject): UiSchema {
  const ui: UiSchema = { "ui:submitButtonOptions": { norender: true } };
  for (const [name, property] of Object.entries(
    isObject(schema.properties) ? schema.properties : {},
  )) {
    if (!isObject(property)) continue;
    if (property["x-widget"] === "multiline") ui[name] = { "ui:widget": "textarea" };
    if (asksForRows(property)) ui[name] = { "ui:field": RowsField };
  }
  return ui;
}

/** A form made from a JSON Schema. Loaded on demand. */
export default function SchemaForm({
  id,
  schema,
  value,
  onChange,
  errors = [],
  hasAutoFocus,
}: SchemaFormProps) {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (hasAutoFocus) root.current?.querySelector<HTMLElement>("input, select, textarea")?.focus();
  }, [hasAutoFocus]);
  const formSchema = useMemo(() => toFormSchema(schema), [schema]);
  const uiSchema = useMemo(() => toUiSchema(schema), [schema]);
  const extraErrors = useMemo(() => toErrorSchema(errors), [errors]);
  return (
    <div ref={root} className="schema-form">
      <Form
        {...theme}
        id={id}
        idPrefix={id}
        tagName="div"
        schema={formSchema}
        uiSchema={uiSchema}
        validator={serverSideValidator}
        formData={value}
        extraErrors={extraErrors}
        noHtml5Validate
        noValidate
        showErrorList={false}
        onChange={(event, fieldId) => {
          // The first call only fills in defaults and is no edit of a person.
          if (fieldId !== undefined || value === undefined) onChange(event.formData);
        }}
      />
    </div>
  );
}
