import type { PipelineDocument } from "@/api/types";
import { canonicalText } from "@/documents/compare";
import { count } from "@/documents/operations";
import type { DocumentRules } from "@/documents/rules";
import { isObject } from "@/graph/types";
import { isOffered, pipelineCatalog } from "./catalog";
import { copySteps } from "./clipboard";
import {
  applyOperation,
  describeOperation,
  mergeKeyOf,
  type PipelineOperation,
} from "./operations";
import { END_ID, partOf, START_ID, startPart, stepsBefore } from "./steps";
import { laneNamesOf, type Step, walk } from "./tree";

const allSteps = (document: PipelineDocument): Step[] =>
  [...walk(document.steps)].map((found) => found.step);

/** The step itself without what it holds, as one comparable text. */
function ownText(step: Step): string {
  const { id, title } = step;
  if (step.step === "conditional") return canonicalText([id, title, step.condition]);
  if (step.step === "parallel") return canonicalText([id, title, laneNamesOf(step).length]);
  return canonicalText(step);
}

function findChangedSteps(
  document: PipelineDocument,
  other: PipelineDocument,
): ReadonlySet<string> {
  // A step also counts as changed when it stands elsewhere: behind another step or in another list.
  const placed = (from: PipelineDocument) =>
    new Map(
      [...walk(from.steps)].map(({ step, place, list }) => {
        const before = list[place.index - 1]?.id ?? "";
        return [step.id, `${ownText(step)} ${place.owner} ${place.lane} ${before}`];
      }),
    );
  const before = placed(other);
  const changed = [...placed(document)].flatMap(([id, text]) =>
    before.get(id) === text ? [] : [id],
  );
  const isStartSame = canonicalText(document.input_schema) === canonicalText(other.input_schema);
  return new Set(isStartSame ? changed : [START_ID, ...changed]);
}

/** Pipelines: lists of steps within each other. */
export const pipelineRules: DocumentRules<PipelineDocument, PipelineOperation> = {
  catalogOf: pipelineCatalog,
  isOffered,
  isDocument: (value) => value.kind === "pipeline" && Array.isArray(value.steps),
  apply: applyOperation,
  describe: describeOperation,
  mergeKeyOf,
  partsOf: (document) => [startPart(document), ...allSteps(document).map(partOf)],
  hasEdge: () => false,
  changedParts: findChangedSteps,
  partOfProblem: (document, { node_id: id, field, related }) => {
    const known = new Set(allSteps(document).map((step) => step.id));
    if (id !== null && known.has(id)) return id;
    if (field?.startsWith("input_schema") || id === START_ID) return START_ID;
    if (id === END_ID) return allSteps(document).at(-1)?.id ?? null;
    return related.find((other) => known.has(other)) ?? null;
  },
  inputSchemaOf: (document) => (isObject(document.input_schema) ? document.input_schema : {}),
  partsBefore: (document, id) => stepsBefore(document.steps, id).map(partOf),
  seesError: () => false,
  sizeInWords: (document) => count(allSteps(document).length, "step"),
  copy: copySteps,
};
