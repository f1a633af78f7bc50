import { fieldsFromSchema } from "@/graph/schemaFields";

/** "Asks for amount, who". */
export function startSubtitle(schema: unknown): string {
  const names = fieldsFromSchema(schema)?.map((field) => field.title || field.name);
  if (!names) return "Asks for input";
  return names.length === 0 ? "Asks for no input" : `Asks for ${names.join(", ")}`;
}
