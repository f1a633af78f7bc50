import { isObject, type JsonObject } from "@/graph/types";

/** The schema itself, with a `$ref` followed and the "or null" of an optional value taken off. */
export function resolveSchema(schema: unknown, root: JsonObject): JsonObject {
  if (!isObject(schema)) return {};
  if (typeof schema.$ref === "string") {
    const [, ...path] = schema.$ref.split("/");
    let target: unknown = root;
    for (const part of path) target = isObject(target) ? target[part] : undefined;
    const { $ref: _ref, ...own } = schema;
    return { ...resolveSchema(target, root), ...own };
  }
  if (Array.isArray(schema.anyOf)) {
    const real = schema.anyOf.filter((each) => !isObject(each) || each.type !== "null");
    if (real.length === 1) {
      const { anyOf: _anyOf, ...own } = schema;
      return { ...resolveSchema(real[0], root), ...own, "x-nullable": true };
    }
  }
  if (Array.isArray(schema.type) && schema.type.includes("null") && schema.type.length === 2) {
    return { ...schema, type: schema.type.find((each) => each !== "null"), "x-nullable": true };
  }
  return schema;
}

/** Whether the field matters: `x-show-if` names other fields and the values that they must have. */
export function isShown(schema: JsonObject, config: JsonObject): boolean {
  const condition = schema["x-show-if"];
  return (
    !isObject(condition) || Object.entries(condition).every(([key, value]) => config[key] === value)
  );
}

/** Values to choose from, with their words; null where the value is free. */
export function choicesOf(schema: JsonObject): { value: string; label: string }[] | null {
  if (Array.isArray(schema.enum)) {
    return schema.enum.map((value) => ({ value: String(value), label: String(value) }));
  }
  if (!Array.isArray(schema.oneOf)) return null;
  const choices = schema.oneOf.flatMap((each) =>
    isObject(each) && "const" in each
      ? [{ value: String(each.const), label: String(each.title ?? each.const) }]
      : [],
  );
  return choices.length === schema.oneOf.length ? choices : null;
}
