import {
  count,
  describeShared,
  mergeKeyOfShared,
  type SharedOperation,
} from "@/documents/operations";
import type { WorkflowDocument } from "@/documents/types";
import { renameInValue } from "@/graph/expressions";
import type { JsonObject } from "@/graph/types";
import {
  actionAt,
  isGroup,
  type Owner,
  refOf,
  type Saga,
  type SagaAction,
  type SagaItem,
  type SagaStep,
  type Slot,
  slotsOf,
  stepsOf,
} from "./actions";

/** A gap in the line forward, or between the steps of a group. */
export interface SagaPlace {
  group: string | null;
  index: number;
}

/** Everything that an edit can do to a saga. */
export type SagaOperation =
  | SharedOperation
  | { kind: "insert-owners"; owners: Owner[]; place: SagaPlace }
  | { kind: "insert-beside"; stepId: string; step: SagaStep; groupId: string }
  | { kind: "move-owners"; ids: string[]; place: SagaPlace }
  | { kind: "set-action"; owner: string; slot: Slot; action: SagaAction | null }
  | { kind: "set-sort"; stepId: string; sort: SagaStep["step"] }
  | { kind: "set-mode"; mode: Saga["mode"] }
  | { kind: "set-reservation"; seconds: number | null }
  | { kind: "set-input-schema"; schema: JsonObject };

/** The document as the saga that it is; anything else here is a mistake of the caller. */
export function asSaga(document: WorkflowDocument): Saga {
  if (document.kind !== "saga") throw new Error(`A saga was expected, not a ${document.kind}.`);
  return document;
}

/** The saga with each owner replaced by what `change` makes of it; null takes it out. */
function rewrite(saga: Saga, change: (owner: Owner) => Owner | null): Saga {
  if (saga.mode === "tcc") {
    const participants = saga.participants.flatMap((each) => change(each) ?? []);
    return { ...saga, participants: participants as typeof saga.participants };
  }
  const steps = saga.steps.flatMap((item): SagaItem[] => {
    if (!isGroup(item)) return [change(item) ?? []].flat() as SagaItem[];
    const inner = item.steps.flatMap((step) => change(step) ?? []) as SagaStep[];
    return inner.length === 0 && item.steps.length > 0 ? [] : [{ ...item, steps: inner }];
  });
  return { ...saga, steps };
}

function insert(saga: Saga, owners: readonly Owner[], { group, index }: SagaPlace): Saga {
  if (saga.mode === "tcc") {
    const participants = saga.participants.toSpliced(
      index,
      0,
      ...(owners as typeof saga.participants),
    );
    return { ...saga, participants };
  }
  const added = owners as SagaStep[];
  if (group === null) return { ...saga, steps: saga.steps.toSpliced(index, 0, ...added) };
  const steps = saga.steps.map((item) =>
    isGroup(item) && item.id === group
      ? { ...item, steps: item.steps.toSpliced(index, 0, ...added) }
      : item,
  );
  return { ...saga, steps };
}

function move(saga: Saga, ids: ReadonlySet<string>, place: SagaPlace): Saga {
  if (saga.mode === "tcc") {
    const moved = saga.participants.filter((each) => ids.has(each.id));
    const before = saga.participants.slice(0, place.index).filter((each) => ids.has(each.id));
    const participants = saga.participants
      .filter((each) => !ids.has(each.id))
      .toSpliced(place.index - before.length, 0, ...moved);
    return { ...saga, participants };
  }
  // Whole groups move along the line; single steps also into and out of groups.
  const groups = saga.steps.filter((item) => isGroup(item) && ids.has(item.id));
  if (groups.length > 0 && place.group !== null) return saga;
  const isMoved = (step: SagaStep, item: SagaItem) => ids.has(step.id) && !groups.includes(item);
  const moved = saga.steps.flatMap((item): SagaItem[] =>
    groups.includes(item) ? [item] : stepsOf(item).filter((step) => isMoved(step, item)),
  );
  const goal = saga.steps.find((item) => isGroup(item) && item.id === place.group);
  const list: readonly SagaItem[] = goal ? stepsOf(goal) : saga.steps;
  const gone = new Set(moved.map(({ id }) => id));
  const marker = list.slice(place.index).find((item) => !gone.has(item.id))?.id ?? null;
  const rest = rewrite(
    { ...saga, steps: saga.steps.filter((item) => !groups.includes(item)) },
    (owner) => (gone.has(owner.id) ? null : owner),
  ) as typeof saga;
  const target = goal ? rest.steps.find((item) => item.id === place.group) : undefined;
  if (goal && !target) return saga;
  const now: readonly SagaItem[] = target ? stepsOf(target) : rest.steps;
  const at = marker === null ? now.length : now.findIndex((item) => item.id === marker);
  const index = at < 0 ? now.length : at;
  return target
    ? insert(rest, moved as SagaStep[], { group: place.group, index })
    : { ...rest, steps: rest.steps.toSpliced(index, 0, ...moved) };
}

const withAction = (owner: Owner, slot: Slot, action: SagaAction | null): Owner =>
  ({ ...owner, [slot]: action }) as Owner;

/** Title and sort belong to the owner; the rest to one of its actions. */
function editPart(saga: Saga, operation: Extract<SharedOperation, { kind: "edit-node" }>): Saga {
  const { owner: id, slot } = refOf(saga, operation.nodeId);
  const { title, config, retry, timeout_seconds: timeout } = operation.patch;
  if (
    saga.mode === "compensation" &&
    title !== undefined &&
    saga.steps.some((item) => isGroup(item) && item.id === id)
  ) {
    return {
      ...saga,
      steps: saga.steps.map((item) => (item.id === id ? { ...item, title } : item)),
    };
  }
  return rewrite(saga, (owner) => {
    if (owner.id !== id) return owner;
    const action = actionAt(owner, slot);
    const named = title === undefined ? owner : { ...owner, title };
    if (!action) return named;
    return withAction(named, slot, {
      ...action,
      ...(config !== undefined && { config }),
      ...(retry !== undefined && { retry }),
      ...(timeout !== undefined && { timeout_seconds: timeout }),
    });
  });
}

function rename(saga: Saga, oldId: string, newId: string): Saga {
  const renamed = rewrite(saga, (owner) =>
    slotsOf(owner).reduce<Owner>(
      (changed, slot) => {
        const action = actionAt(changed, slot);
        if (!action) return changed;
        const config = renameInValue(action.config, oldId, newId) as JsonObject;
        return withAction(changed, slot, { ...action, config });
      },
      owner.id === oldId ? { ...owner, id: newId } : owner,
    ),
  );
  if (renamed.mode === "tcc") return renamed;
  const steps = renamed.steps.map((item) => (item.id === oldId ? { ...item, id: newId } : item));
  return { ...renamed, steps };
}

/** Undos are taken off their steps; a step or participant goes with all that it has. */
function remove(saga: Saga, partIds: readonly string[]): Saga {
  const ids = new Set(partIds);
  const kept = rewrite(saga, (owner) => {
    if (ids.has(owner.id)) return null;
    return slotsOf(owner)
      .slice(1)
      .reduce<Owner>((changed, slot) => {
        const isChosen = partIds.some((id) => {
          const ref = refOf(saga, id);
          return ref.owner === owner.id && ref.slot === slot;
        });
        return isChosen && actionAt(changed, slot) ? withAction(changed, slot, null) : changed;
      }, owner);
  });
  if (kept.mode === "tcc") return kept;
  return { ...kept, steps: kept.steps.filter((item) => !(isGroup(item) && ids.has(item.id))) };
}

function setMode(saga: Saga, mode: Saga["mode"]): Saga {
  if (saga.mode === mode) return saga;
  const { format, kind, description, vars, settings, input_schema, output } = saga;
  const base = { format, kind, description, vars, settings, input_schema, output };
  return mode === "tcc"
    ? { ...base, mode, participants: [], reservation_seconds: null }
    : { ...base, mode: "compensation", steps: [] };
}

/** The document after the operation. The given one is not touched. */
export function applyOperation(saga: Saga, operation: SagaOperation): Saga {
  switch (operation.kind) {
    case "insert-owners":
      return insert(saga, operation.owners, operation.place);
    case "insert-beside": {
      if (saga.mode === "tcc") return saga;
      const { stepId, step, groupId } = operation;
      const steps = saga.steps.map((item): SagaItem => {
        if (item.id !== stepId) return item;
        if (isGroup(item)) return { ...item, steps: [...item.steps, step] };
        return { step: "parallel", id: groupId, title: "", steps: [item, step] };
      });
      return { ...saga, steps };
    }
    case "move-owners":
      return move(saga, new Set(operation.ids), operation.place);
    case "set-action":
      return rewrite(saga, (owner) =>
        owner.id === operation.owner ? withAction(owner, operation.slot, operation.action) : owner,
      );
    case "set-sort":
      return rewrite(saga, (owner) =>
        owner.id === operation.stepId ? ({ ...owner, step: operation.sort } as SagaStep) : owner,
      );
    case "set-mode":
      return setMode(saga, operation.mode);
    case "set-reservation":
      return saga.mode === "tcc" ? { ...saga, reservation_seconds: operation.seconds } : saga;
    case "set-input-schema":
      return { ...saga, input_schema: operation.schema };
    case "delete":
      return remove(saga, operation.nodeIds);
    case "edit-node":
      return editPart(saga, operation);
    case "rename-node":
      return rename(saga, operation.nodeId, operation.newId);
    case "edit-document":
      return { ...saga, ...operation.patch };
    case "replace":
      return asSaga(operation.document);
  }
}

/** What the operation did, in words for the undo button. */
export function describeOperation(operation: SagaOperation): string {
  switch (operation.kind) {
    case "insert-owners":
      return `add ${count(operation.owners.length, "step")}`;
    case "insert-beside":
      return "add a step beside another";
    case "move-owners":
      return `move ${count(operation.ids.length, "step")}`;
    case "set-action":
      return operation.action ? "set what a step does" : "remove an action";
    case "set-sort":
      return "change the sort of a step";
    case "set-mode":
      return "change the mode";
    case "set-reservation":
      return "change the reservation time";
    case "set-input-schema":
      return "change the start form";
    default:
      return describeShared(operation, "step");
  }
}

/** See `Edit.mergeKey`. */
export function mergeKeyOf(operation: SagaOperation): string | null {
  switch (operation.kind) {
    case "set-input-schema":
    case "set-reservation":
      return operation.kind;
    case "insert-owners":
    case "insert-beside":
    case "move-owners":
    case "set-action":
    case "set-sort":
    case "set-mode":
      return null;
    default:
      return mergeKeyOfShared(operation);
  }
}
