import { ownType } from "@/graph/ownType";
import type { Catalog, NodeType } from "@/graph/types";

/** The parts of a bulk job that are no node types; their fields are those of a map node. */
const PART_PREFIX = "bulk.";
/** Types that are known, but are nothing that is done with items. */
const OTHERS = ["start", "map"];

const partType = (name: string, title: string, icon: string, description: string): NodeType =>
  ownType(PART_PREFIX + name, title, icon, description, {
    family: "data",
    category: "data",
    execution: null,
  });

const ownTypes = [
  partType("items", "What is worked on", "table", "A list, or the rows of a file."),
  partType(
    "batches",
    "How it is worked on",
    "columns",
    "How much is done at once, and what may go wrong.",
  ),
  partType("processor", "Nothing yet", "zap", "What is done with each item. Choose a task."),
  partType(
    "result",
    "Result",
    "chart-column",
    "What becomes of the outputs, in order of the items.",
  ),
];

/** Whether a type can be done with each item: by a worker, or as a run of its own. */
export const canWorkOnItems = ({ execution }: NodeType): boolean =>
  execution === "worker" || execution === "child";

/** What can be done with items, and the parts that every bulk job has. */
export const bulkCatalog = (types: Catalog): Catalog =>
  new Map([
    ...ownTypes.map((type) => [type.name, type] as const),
    ...[...types].filter(([name, type]) => OTHERS.includes(name) || canWorkOnItems(type)),
  ]);

/** Whether something of the type can be done with items, by its name in a bulk job's catalog. */
export const isOffered = (type: string): boolean =>
  !type.startsWith(PART_PREFIX) && !OTHERS.includes(type);
