import { canonicalText } from "@/documents/compare";
import { count } from "@/documents/operations";
import type { DocumentRules } from "@/documents/rules";
import type { Part } from "@/documents/types";
import { isObject, type ProblemItem } from "@/graph/types";
import { isOffered, pipelineCatalog } from "@/pipeline/catalog";
import { START_ID, startPart } from "@/pipeline/steps";
import { partIdOf, refOf, type Saga, type Slot, stepsOf } from "./actions";
import { copyOwners } from "./clipboard";
import { applyOperation, describeOperation, mergeKeyOf, type SagaOperation } from "./operations";
import { allParts, partsBefore } from "./owners";

/** Where things stand on the line, beside what they are. */
function placedTexts(saga: Saga): Map<string, string> {
  const texts = new Map(allParts(saga).map((part) => [part.id, canonicalText(part)]));
  const items = saga.mode === "tcc" ? saga.participants : saga.steps;
  for (const [index, item] of items.entries()) {
    const before = items[index - 1]?.id ?? "";
    const sort = "step" in item ? item.step : "";
    texts.set(item.id, `${texts.get(item.id)} ${before} ${sort}`);
  }
  return texts;
}

function changedParts(saga: Saga, other: Saga): ReadonlySet<string> {
  const before = placedTexts(other);
  const changed = [...placedTexts(saga)].flatMap(([id, text]) =>
    before.get(id) === text ? [] : [id],
  );
  const isStartSame = canonicalText(saga.input_schema) === canonicalText(other.input_schema);
  return new Set(isStartSame ? changed : [START_ID, ...changed]);
}

/** A problem names the step and, in its field, the action: `compensation.config.url`. */
function partOfProblem(saga: Saga, { node_id: id, field }: ProblemItem): string | null {
  const known = new Set(allParts(saga).map((part) => part.id));
  if (field?.startsWith("input_schema")) return START_ID;
  if (id === null) return null;
  const slot = field?.split(".")[0] ?? "";
  const named = partIdOf(refOf(saga, id).owner, slot as Slot);
  return [named, id].find((each) => known.has(each)) ?? null;
}

/** Sagas: steps with what undoes them, or participants that reserve, confirm and cancel. */
export const sagaRules: DocumentRules<Saga, SagaOperation> = {
  catalogOf: pipelineCatalog,
  isOffered: (type) => isOffered(type) && type !== "conditional" && type !== "parallel",
  isDocument: (value) =>
    value.kind === "saga" && Array.isArray(value.mode === "tcc" ? value.participants : value.steps),
  apply: applyOperation,
  describe: describeOperation,
  mergeKeyOf,
  partsOf: (saga): Part[] => [startPart(saga), ...allParts(saga)],
  hasEdge: () => false,
  changedParts,
  partOfProblem,
  inputSchemaOf: (saga) => (isObject(saga.input_schema) ? saga.input_schema : {}),
  partsBefore,
  seesError: () => false,
  sizeInWords: (saga) => {
    const undos = allParts(saga).filter(({ id }) => id.startsWith("_undo_")).length;
    return saga.mode === "tcc"
      ? count(saga.participants.length, "participant")
      : `${count(saga.steps.flatMap(stepsOf).length, "step")}, ${undos} with an undo`;
  },
  copy: copyOwners,
};
