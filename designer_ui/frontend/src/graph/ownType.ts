import type { NodeType } from "./types";

/** A type that only the designer knows, for a part of a document that is no node. */
export const ownType = (
  name: string,
  title: string,
  icon: string,
  description: string,
  more: Partial<NodeType> = {},
): NodeType => ({
  name,
  title,
  description,
  icon,
  family: "flow",
  category: "flow",
  execution: "engine",
  config_schema: {},
  output_schema: {},
  ports: [],
  ports_from_config: null,
  default_config: {},
  literal_fields: [],
  ...more,
});
