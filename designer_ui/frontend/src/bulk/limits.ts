import type { JsonObject } from "@/graph/types";

const isNumber = (value: unknown): value is number => typeof value === "number";

/**
 * The nearest number that a schema allows: within its bounds, and whole where it says so. The
 * server keeps no document with another one, so that an edit would not be saved.
 */
export function fitNumber(schema: JsonObject, value: number): number {
  const isWhole = [schema.type].flat().includes("integer");
  const { minimum, maximum, exclusiveMinimum, default: usual } = schema;
  const given = isWhole ? Math.round(value) : value;
  if (isNumber(exclusiveMinimum) && given <= exclusiveMinimum) {
    return isNumber(usual) ? usual : exclusiveMinimum + 1;
  }
  const least = isNumber(minimum) ? Math.max(minimum, given) : given;
  return isNumber(maximum) ? Math.min(maximum, least) : least;
}
