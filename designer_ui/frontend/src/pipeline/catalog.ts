import { ownType } from "@/graph/ownType";
import type { Catalog } from "@/graph/types";

/** Types of nodes that a pipeline's own steps replace; `core/validate_pipeline.py` holds the same. */
const FLOW_TYPES = ["start", "end", "gate", "note"];

const ownTypes = [
  ownType("conditional", "Condition", "split", "Runs one list of steps or another."),
  ownType("parallel", "In parallel", "columns", "Runs branches side by side; all must succeed."),
];

/** All node types, and a pipeline's own two kinds of steps before them. */
export const pipelineCatalog = (types: Catalog): Catalog =>
  new Map([...ownTypes.map((type) => [type.name, type] as const), ...types]);

export const isOffered = (type: string): boolean => !FLOW_TYPES.includes(type);
