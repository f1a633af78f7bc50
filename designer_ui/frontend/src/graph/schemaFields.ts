import { identifierFrom, uniqueName } from "./ids";
import { isObject, type JsonObject } from "./types";

export const FIELD_KINDS = [
  "text",
  "multiline",
  "number",
  "integer",
  "boolean",
  "choice",
  "date",
  "datetime",
  "email",
  "list",
  "object",
  "rows",
] as const;

export type FieldKind = (typeof FIELD_KINDS)[number];

export const fieldKindLabels: Record<FieldKind, string> = {
  text: "Text",
  multiline: "Long text",
  number: "Number",
  integer: "Whole number",
  boolean: "Yes / no",
  choice: "Choice",
  date: "Date",
  datetime: "Date and time",
  email: "E-mail address",
  list: "List of texts",
  object: "Object (JSON)",
  rows: "List, or file of rows",
};

/** One line of a form as people edit it. */
export interface FormField {
  name: string;
  title: string;
  kind: FieldKind;
  isRequired: boolean;
  description: string;
  choices: string[];
  /** What the field list does not show, kept as it was. */
  rest: JsonObject;
}

const kindSchemas: Record<FieldKind, JsonObject> = {
  text: { type: "string" },
  multiline: { type: "string", "x-widget": "multiline" },
  number: { type: "number" },
  integer: { type: "integer" },
  boolean: { type: "boolean" },
  choice: { type: "string" },
  date: { type: "string", format: "date" },
  datetime: { type: "string", format: "date-time" },
  email: { type: "string", format: "email" },
  list: { type: "array", items: { type: "string" } },
  object: { type: "object" },
  rows: { type: ["array", "object"], "x-widget": "rows" },
};

const SHOWN = ["type", "format", "title", "description", "enum", "items", "x-widget"];

function kindOf(schema: JsonObject): FieldKind | null {
  if (Array.isArray(schema.enum)) return "choice";
  if (schema["x-widget"] === "rows") return "rows";
  switch (schema.type) {
    case "string":
      if (schema["x-widget"] === "multiline") return "multiline";
      if (schema.format === "date") return "date";
      if (schema.format === "date-time") return "datetime";
      if (schema.format === "email") return "email";
      return "text";
    case "number":
    case "integer":
    case "boolean":
    case "object":
      return schema.type;
    case "array":
      return isObject(schema.items) && schema.items.type === "string" ? "list" : null;
    default:
      return null;
  }
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** The schema as a list of fields, or null where it holds what the list cannot show. */
export function fieldsFromSchema(schema: unknown): FormField[] | null {
  if (schema === undefined || schema === null) return [];
  if (!isObject(schema) || (schema.type !== undefined && schema.type !== "object")) return null;
  if (["oneOf", "anyOf", "allOf", "$ref", "if"].some((key) => key in schema)) return null;
  const required = Array.isArray(schema.required) ? schema.required : [];
  const fields: FormField[] = [];
  for (const [name, property] of Object.entries(
    isObject(schema.properties) ? schema.properties : {},
  )) {
    const kind = isObject(property) ? kindOf(property) : null;
    if (!isObject(property) || !kind) return null;
    // The full shape of a nested object stays as it is.
    const isHidden = (key: string) => !SHOWN.includes(key) || (key === "items" && kind === "rows");
    const hidden = Object.entries(property).filter(([key]) => isHidden(key));
    fields.push({
      name,
      title: textOf(property.title),
      kind,
      isRequired: required.includes(name),
      description: textOf(property.description),
      choices: Array.isArray(property.enum) ? property.enum.map(String) : [],
      rest: Object.fromEntries(hidden),
    });
  }
  return fields;
}

/** The JSON Schema of an object with these fields; other keywords of `base` are kept. */
export function schemaFromFields(fields: readonly FormField[], base: unknown = {}): JsonObject {
  const properties: JsonObject = {};
  for (const field of fields) {
    properties[field.name] = {
      ...kindSchemas[field.kind],
      ...(field.title && { title: field.title }),
      ...(field.description && { description: field.description }),
      ...(field.kind === "choice" && { enum: field.choices }),
      ...field.rest,
    };
  }
  const { required: _required, ...rest } = isObject(base) ? base : {};
  const required = fields.filter((field) => field.isRequired).map((field) => field.name);
  return { ...rest, type: "object", properties, ...(required.length > 0 && { required }) };
}

export function newField(fields: readonly FormField[], title = ""): FormField {
  const taken = new Set(fields.map((field) => field.name));
  return {
    name: uniqueName(identifierFrom(title, "field"), taken),
    title,
    kind: "text",
    isRequired: false,
    description: "",
    choices: [],
    rest: {},
  };
}

/** A plausible value for a schema: its default, example or first choice, else by type. */
export function sampleFromSchema(schema: unknown, depth = 0): unknown {
  if (!isObject(schema) || depth > 6) return null;
  if ("default" in schema) return schema.default;
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0];
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? null;
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case "string":
      if (schema.format === "date") return "2030-01-31";
      if (schema.format === "date-time") return "2030-01-31T09:00:00Z";
      if (schema.format === "email") return "ana@example.org";
      return "text";
    case "number":
    case "integer":
      return typeof schema.minimum === "number" ? schema.minimum : 1;
    case "boolean":
      return true;
    case "array":
      return [sampleFromSchema(schema.items, depth + 1)].filter((each) => each !== null);
    case "null":
      return null;
    default:
      return isObject(schema.properties)
        ? Object.fromEntries(
            Object.entries(schema.properties).map(([name, property]) => [
              name,
              sampleFromSchema(property, depth + 1),
            ]),
          )
        : {};
  }
}
