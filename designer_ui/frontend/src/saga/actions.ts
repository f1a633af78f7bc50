import type {
  CompensationSaga,
  SagaAction,
  SagaParallel,
  SagaStep,
  TccParticipant,
  TccSaga,
} from "@/api/types";

export type { CompensationSaga, SagaAction, SagaParallel, SagaStep, TccParticipant, TccSaga };

export type Saga = CompensationSaga | TccSaga;
export type SagaItem = SagaStep | SagaParallel;
/** Whoever has actions: a step of a compensation, or a participant. */
export type Owner = SagaStep | TccParticipant;

/** Fields of an owner that hold an action. */
export type Slot = "action" | "compensation" | "try_action" | "confirm_action" | "cancel_action";

/** An action has the id of its node in a run: the owner's own, or with one of these before it. */
const PREFIXES: readonly (readonly [Slot, string])[] = [
  ["compensation", "_undo_"],
  ["confirm_action", "_confirm_"],
  ["cancel_action", "_cancel_"],
];

export const partIdOf = (owner: string, slot: Slot): string =>
  (PREFIXES.find(([each]) => each === slot)?.[1] ?? "") + owner;

export interface ActionRef {
  owner: string;
  slot: Slot;
}

/** The action that a part's id means. */
export function refOf(saga: Saga, partId: string): ActionRef {
  for (const [slot, prefix] of PREFIXES) {
    if (partId.startsWith(prefix)) return { owner: partId.slice(prefix.length), slot };
  }
  return { owner: partId, slot: saga.mode === "tcc" ? "try_action" : "action" };
}

export const isGroup = (item: SagaItem): item is SagaParallel => item.step === "parallel";

/** The steps of an item: itself, or those of a group. */
export const stepsOf = (item: SagaItem): readonly SagaStep[] =>
  isGroup(item) ? item.steps : [item];

/** All that have actions, in reading order. */
export const ownersOf = (saga: Saga): readonly Owner[] =>
  saga.mode === "tcc" ? saga.participants : saga.steps.flatMap(stepsOf);

/** The slots of an owner in the order of the rows of the canvas. */
export const slotsOf = (owner: Owner): readonly Slot[] =>
  "action" in owner
    ? ["action", "compensation"]
    : ["try_action", "confirm_action", "cancel_action"];

export function actionAt(owner: Owner, slot: Slot): SagaAction | null {
  return (owner as Partial<Record<Slot, SagaAction | null>>)[slot] ?? null;
}

/** Ids that are taken: those of groups too. */
export function takenIds(saga: Saga): Set<string> {
  const groups = saga.mode === "tcc" ? [] : saga.steps.filter(isGroup);
  return new Set([...ownersOf(saga), ...groups].map(({ id }) => id));
}
