import { titleOf } from "@/graph/ports";
import { sampleFromSchema } from "@/graph/schemaFields";
import { type Catalog, isObject, type JsonObject } from "@/graph/types";
import { rulesOf } from "./rules";
import type { Part, WorkflowDocument } from "./types";

/** A name that an expression may use. */
export interface ExpressionName {
  path: string;
  /** JSON type where it is known. */
  type: string;
  /** Where it comes from, in words. */
  origin: string;
}

const runNames: ExpressionName[] = [
  { path: "run.id", type: "string", origin: "This run" },
  { path: "run.workflow", type: "string", origin: "This run" },
  { path: "run.business_key", type: "string", origin: "This run" },
  { path: "run.started_at", type: "string", origin: "This run" },
];

function typeOf(schema: unknown): string {
  if (!isObject(schema)) return "any";
  if (Array.isArray(schema.type)) return schema.type.join(" | ");
  return typeof schema.type === "string" ? schema.type : "any";
}

/** The name itself and, of an object, those of its fields. */
export function flattenNames(
  path: string,
  schema: unknown,
  origin: string,
  depth = 0,
): ExpressionName[] {
  const names: ExpressionName[] = [{ path, type: typeOf(schema), origin }];
  if (isObject(schema) && isObject(schema.properties) && depth < 3) {
    for (const [name, property] of Object.entries(schema.properties)) {
      if (/^[A-Za-z_]\w*$/.test(name)) {
        names.push(...flattenNames(`${path}.${name}`, property, origin, depth + 1));
      }
    }
  }
  return names;
}

/** The schema of what a run of the document is started with. */
export const inputSchemaOf = (document: WorkflowDocument): JsonObject =>
  rulesOf(document).inputSchemaOf(document);

/** What a part returns: from its type, and for an object of expressions from its config. */
function outputSchemaOf(part: Part, catalog: Catalog): unknown {
  const base = catalog.get(part.type)?.output_schema;
  if (part.type === "start") return part.config.input_schema ?? {};
  if (part.type === "transform" && isObject(part.config.output)) {
    const entries = Object.keys(part.config.output).map((key) => [key, {}]);
    return { type: "object", properties: Object.fromEntries(entries) };
  }
  if (part.type === "human" && isObject(part.config.form_schema)) {
    const properties = isObject(base?.properties) ? base.properties : {};
    return { type: "object", properties: { ...properties, data: part.config.form_schema } };
  }
  return base ?? {};
}

/** Types whose output says nothing that an expression would want. */
const silentTypes = ["start", "gate", "conditional"];

/** Every name that an expression in this part may use, nearest steps first. */
export function namesFor(
  document: WorkflowDocument,
  catalog: Catalog,
  partId: string,
): ExpressionName[] {
  const rules = rulesOf(document);
  const names = flattenNames("input", rules.inputSchemaOf(document), "Start form");
  for (const part of rules.partsBefore(document, partId)) {
    if (silentTypes.includes(part.type)) continue;
    names.push(
      ...flattenNames(`nodes.${part.id}`, outputSchemaOf(part, catalog), titleOf(catalog, part)),
    );
  }
  names.push(...(rules.ownNames?.(document, partId) ?? []));
  for (const name of Object.keys(document.vars ?? {})) {
    names.push({ path: `vars.${name}`, type: "any", origin: "Constants" });
  }
  names.push(...runNames);
  if (rules.seesError(document, catalog, partId)) {
    names.push(
      { path: "error.type", type: "string", origin: "What went wrong" },
      { path: "error.message", type: "string", origin: "What went wrong" },
    );
  }
  return names;
}

/** A sample input for previews: made up from the start form, with a person's own values over it. */
export function sampleInputFor(document: WorkflowDocument, own: unknown): JsonObject {
  const made = sampleFromSchema({ type: "object", ...inputSchemaOf(document) });
  return { ...(isObject(made) ? made : {}), ...(isObject(own) ? own : {}) };
}

/**
 * What a form begins with: the schema's defaults, and a person's own sample over them. What the
 * schema no longer knows is left out.
 */
export function fitToSchema(own: unknown, schema: JsonObject): JsonObject {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const fitting: JsonObject = {};
  for (const [key, field] of Object.entries(properties)) {
    if (isObject(own) && key in own) fitting[key] = own[key];
    else if (isObject(field) && field.default !== undefined) fitting[key] = field.default;
  }
  return fitting;
}

const hasOutput = (type: string): boolean =>
  !["note", "end", "transition"].includes(type) && !type.startsWith("state.");

/** Made-up outputs for all parts, by their schemas; `known` (such as from a last run) wins. */
export function sampleOutputs(
  document: WorkflowDocument,
  catalog: Catalog,
  known: JsonObject,
): JsonObject {
  return Object.fromEntries(
    rulesOf(document)
      .partsOf(document)
      // What begins with an underscore is the kind's own, and no name in expressions.
      .filter((part) => hasOutput(part.type) && !part.id.startsWith("_"))
      .map((part) => [part.id, known[part.id] ?? sampleFromSchema(outputSchemaOf(part, catalog))]),
  );
}
