/** A form made from a JSON Schema of an object: its fields, and what was typed as values. */

export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly isRequired: boolean;
  readonly control: Control;
  readonly initial: FieldInput;
}

export type Control =
  | { readonly kind: "text"; readonly type: "text" | "date" | "datetime-local" | "email" | "url" }
  | { readonly kind: "lines" }
  | {
      readonly kind: "number";
      readonly isWhole: boolean;
      readonly min?: number;
      readonly max?: number;
    }
  | { readonly kind: "switch" }
  | { readonly kind: "choice"; readonly options: readonly ChoiceOption[] }
  | { readonly kind: "json" };

export interface ChoiceOption {
  readonly value: string;
  readonly label: string;
  readonly data: unknown;
}

export type FieldInput = string | boolean;
export type FormInputs = Readonly<Record<string, FieldInput>>;
type Schema = Readonly<Record<string, unknown>>;

export interface FormResult {
  readonly data: Record<string, unknown>;
  /** What is wrong, by field name. */
  readonly errors: Readonly<Record<string, string>>;
}

export function fieldsOf(schema: Schema | null): FormField[] {
  const properties = recordOf(schema?.properties);
  const required = Array.isArray(schema?.required) ? schema.required : [];
  return Object.entries(properties).map(([name, value]) => {
    const field = recordOf(value);
    const control = controlOf(field);
    return {
      name,
      label: textOf(field.title) || name.replaceAll("_", " "),
      hint: textOf(field.description),
      isRequired: required.includes(name) && control.kind !== "switch",
      control,
      initial: initialOf(field.default, control),
    };
  });
}

export function initialInputs(fields: readonly FormField[], data: Schema = {}): FormInputs {
  return Object.fromEntries(
    fields.map((field) => [
      field.name,
      field.name in data ? initialOf(data[field.name], field.control) : field.initial,
    ]),
  );
}

/** What was typed, as data of the schema's types. Optional fields that were left empty are left out. */
export function readForm(fields: readonly FormField[], inputs: FormInputs): FormResult {
  const data: Record<string, unknown> = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const input = inputs[field.name] ?? field.initial;
    if (typeof input === "string" && input.trim() === "") {
      if (field.isRequired) {
        errors[field.name] = "This is needed.";
      }
      continue;
    }
    const value = readInput(input, field.control);
    if (value instanceof Wrong) {
      errors[field.name] = value.message;
    } else {
      data[field.name] = value;
    }
  }
  return { data, errors };
}

/** The server's findings by field name; those about the rest of the answer are left out. */
export function serverErrors(
  findings: readonly { field?: string | null; message: string }[],
): Record<string, string> {
  return Object.fromEntries(
    findings.flatMap(({ field, message }) => {
      const name = /^data[./]([^./]+)/.exec(field ?? "")?.[1];
      return name ? [[name, message]] : [];
    }),
  );
}

class Wrong {
  constructor(readonly message: string) {}
}

function readInput(input: FieldInput, control: Control): unknown {
  if (typeof input === "boolean") {
    return input;
  }
  switch (control.kind) {
    case "number":
      return numberOf(input, control);
    case "choice":
      return control.options.find((option) => option.value === input)?.data;
    case "json":
      return jsonOf(input);
    case "text":
      return control.type === "datetime-local" ? new Date(input).toISOString() : input.trim();
    default:
      return input;
  }
}

function numberOf(input: string, control: Control & { kind: "number" }): number | Wrong {
  const value = Number(input.trim().replace(",", "."));
  if (Number.isNaN(value)) {
    return new Wrong("This is not a number.");
  }
  if (control.isWhole && !Number.isInteger(value)) {
    return new Wrong("This must be a whole number.");
  }
  if (control.min !== undefined && value < control.min) {
    return new Wrong(`This must be at least ${control.min}.`);
  }
  return control.max !== undefined && value > control.max
    ? new Wrong(`This must be at most ${control.max}.`)
    : value;
}

function jsonOf(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return new Wrong("This is not valid JSON.");
  }
}

function controlOf(field: Schema): Control {
  const choices = Array.isArray(field.enum) ? field.enum : null;
  if (choices) {
    return { kind: "choice", options: choices.map((data) => optionOf(data, data)) };
  }
  if (Array.isArray(field.oneOf) && field.oneOf.every((one) => "const" in recordOf(one))) {
    const options = field.oneOf.map(recordOf);
    return {
      kind: "choice",
      options: options.map((one) => optionOf(one.const, one.title ?? one.const)),
    };
  }
  const [type] = typesOf(field);
  if (type === "number" || type === "integer") {
    return {
      kind: "number",
      isWhole: type === "integer",
      min: boundOf(field.minimum),
      max: boundOf(field.maximum),
    };
  }
  if (type === "boolean") {
    return { kind: "switch" };
  }
  return type === "string" || type === undefined ? textControl(field) : { kind: "json" };
}

const TEXT_TYPES: Readonly<Record<string, (Control & { kind: "text" })["type"]>> = {
  date: "date",
  "date-time": "datetime-local",
  email: "email",
  uri: "url",
};

function textControl(field: Schema): Control {
  const isLong = Number(field.maxLength ?? 0) > 200 || field.format === "textarea";
  return isLong
    ? { kind: "lines" }
    : { kind: "text", type: TEXT_TYPES[textOf(field.format)] ?? "text" };
}

function initialOf(value: unknown, control: Control): FieldInput {
  if (control.kind === "switch") {
    return value === true;
  }
  if (value === undefined || value === null) {
    return "";
  }
  if (control.kind === "choice") {
    return optionOf(value, value).value;
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}

function optionOf(data: unknown, label: unknown): ChoiceOption {
  return {
    value: typeof data === "string" ? data : JSON.stringify(data),
    label: typeof label === "string" ? label : JSON.stringify(label),
    data,
  };
}

/** The types of a field without "null", which an empty field stands for. */
function typesOf(field: Schema): unknown[] {
  const types = Array.isArray(field.type) ? field.type : [field.type];
  return types.filter((type) => type !== "null");
}

function boundOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function recordOf(value: unknown): Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Schema)
    : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
