import type { Part } from "@/documents/types";
import { identifierFrom, uniqueName } from "@/graph/ids";
import type { Catalog } from "@/graph/types";
import {
  actionAt,
  isGroup,
  type Owner,
  ownersOf,
  partIdOf,
  type Saga,
  type SagaAction,
  type SagaParallel,
  type Slot,
  slotsOf,
  stepsOf,
  takenIds,
} from "./actions";

/** How the actions of an owner are called beside its own title. */
export const slotTitles: Record<Slot, string> = {
  action: "",
  compensation: "Undo",
  try_action: "",
  confirm_action: "Confirm",
  cancel_action: "Cancel",
};

export const titleOfPart = (owner: Owner, slot: Slot): string =>
  [slotTitles[slot], owner.title || owner.id].filter(Boolean).join(": ");

/** One action as the shared parts of the designer see it. */
export const partOf = (owner: Owner, slot: Slot, action: SagaAction): Part => ({
  id: partIdOf(owner.id, slot),
  type: action.type,
  title: slotTitles[slot] ? titleOfPart(owner, slot) : owner.title,
  config: action.config,
  retry: action.retry ?? null,
  timeout_seconds: action.timeout_seconds ?? null,
});

const groupPart = (group: SagaParallel): Part => ({
  id: group.id,
  type: "parallel",
  title: group.title || "Side by side",
  config: {},
  retry: null,
  timeout_seconds: null,
});

const partsOfOwner = (owner: Owner): Part[] =>
  slotsOf(owner).flatMap((slot) => {
    const action = actionAt(owner, slot);
    return action ? [partOf(owner, slot, action)] : [];
  });

/** All actions and groups, in reading order. */
export function allParts(saga: Saga): Part[] {
  if (saga.mode === "tcc") return saga.participants.flatMap(partsOfOwner);
  return saga.steps.flatMap((item) =>
    isGroup(item) ? [groupPart(item), ...item.steps.flatMap(partsOfOwner)] : partsOfOwner(item),
  );
}

export const makeAction = (catalog: Catalog, type: string): SagaAction => ({
  type,
  config: structuredClone(catalog.get(type)?.default_config ?? {}),
  retry: null,
  timeout_seconds: null,
});

/** A step or participant whose first action is of a type, with an id that is free. */
export function makeOwner(saga: Saga, catalog: Catalog, type: string): Owner {
  const title = catalog.get(type)?.title ?? type;
  const id = uniqueName(identifierFrom(title), takenIds(saga));
  const action = makeAction(catalog, type);
  return saga.mode === "tcc"
    ? { id, title, try_action: action, confirm_action: null, cancel_action: null }
    : { step: "compensatable", id, title, action, compensation: null };
}

/** Parts whose outputs an action may read, nearest first. */
export function partsBefore(saga: Saga, partId: string): Part[] {
  const own = ownersOf(saga).find((owner) =>
    slotsOf(owner).some((slot) => partIdOf(owner.id, slot) === partId),
  );
  if (!own) return [];
  const first = (owner: Owner) => partsOfOwner(owner).slice(0, 1);
  if ("try_action" in own) {
    if (partId === partIdOf(own.id, "confirm_action")) return ownersOf(saga).flatMap(first);
    return partId === own.id ? [] : first(own);
  }
  if (saga.mode === "tcc") return [];
  const at = saga.steps.findIndex((item) => stepsOf(item).some((step) => step.id === own.id));
  const earlier = saga.steps.slice(0, at).flatMap(stepsOf);
  return [...(partId === own.id ? [] : first(own)), ...earlier.reverse().flatMap(first)];
}
