import { uniqueName } from "@/graph/ids";
import type { Direction } from "@/graph/navigate";
import type { Place } from "@/pipeline/tree";
import { isGroup, partIdOf, refOf, type Saga, type SagaStep, takenIds } from "@/saga/actions";
import { readOwners, withFreshIds } from "@/saga/clipboard";
import { goalsAt, partInDirection, placeInDirection, type SagaGoal } from "@/saga/drawing";
import { asSaga } from "@/saga/operations";
import { makeAction, makeOwner } from "@/saga/owners";
import type { NodePreset } from "../canvasHandle";
import type { DesignerStore } from "../store/designerStore";

export const sagaOf = (store: DesignerStore): Saga => asSaga(store.getState().history.present);

export function selectedPart(store: DesignerStore): string | null {
  return [...store.getState().selection.nodes].at(-1) ?? null;
}

/** What a place of the drawing means. */
export function goalOf(saga: Saga, place: Place): SagaGoal {
  if (place.lane === 1 && place.owner !== null) {
    return { kind: "slot", ...refOf(saga, place.owner) };
  }
  return { kind: "line", place: { group: place.owner, index: place.index } };
}

/** Adds an action of a type where the goal says, and selects it. Returns its id. */
export function addAction(
  store: DesignerStore,
  type: string,
  goal: SagaGoal,
  preset: NodePreset = {},
): string {
  const { catalog, perform, selectNodes } = store.getState();
  const saga = sagaOf(store);
  let id: string;
  if (goal.kind === "slot") {
    const { owner, slot } = goal;
    perform({ kind: "set-action", owner, slot, action: makeAction(catalog, type) });
    id = partIdOf(owner, slot);
  } else {
    const made = makeOwner(saga, catalog, type);
    id = made.id;
    if (goal.kind === "line") {
      perform({ kind: "insert-owners", owners: [made], place: goal.place });
    } else {
      const groupId = uniqueName("side_by_side", new Set([...takenIds(saga), id]));
      perform({ kind: "insert-beside", stepId: goal.stepId, step: made as SagaStep, groupId });
    }
  }
  if (preset.config) {
    const config = { ...makeAction(catalog, type).config, ...preset.config };
    perform({
      kind: "edit-node",
      nodeId: id,
      patch: goal.kind === "slot" ? { config } : { ...preset, config },
    });
  }
  selectNodes([id]);
  return id;
}

/** Where the next one goes when nobody says. */
export const usualGoal = (store: DesignerStore): SagaGoal => {
  const saga = sagaOf(store);
  const [usual] = goalsAt(saga, selectedPart(store));
  return usual?.goal ?? { kind: "line", place: { group: null, index: 0 } };
};

/** Adds what a clipboard's text holds behind the selection. Returns false when it fits not. */
export function pasteOwners(store: DesignerStore, text: string): boolean {
  const saga = sagaOf(store);
  const read = readOwners(saga, text);
  if (!read || read.length === 0) return false;
  const owners = withFreshIds(saga, read);
  const goal = goalsAt(saga, selectedPart(store)).find(({ id }) => id === "next")?.goal;
  if (goal?.kind !== "line") return false;
  store.getState().perform({ kind: "insert-owners", owners, place: goal.place });
  store.getState().selectNodes(owners.map((owner) => owner.id));
  return true;
}

export function goTo(store: DesignerStore, direction: Direction): void {
  const next = partInDirection(sagaOf(store), selectedPart(store), direction);
  if (next) store.getState().selectNodes([next]);
}

/** Moves the selected step one place along the line. */
export function moveSelected(store: DesignerStore, direction: Direction): void {
  const part = selectedPart(store);
  if (part === null) return;
  const saga = sagaOf(store);
  const { owner } = refOf(saga, part);
  const place = placeInDirection(saga, owner, direction);
  if (place) store.getState().perform({ kind: "move-owners", ids: [owner], place });
}

/** What a dragged card takes along: its step or group; what undoes is not dragged by itself. */
export function movedWith(store: DesignerStore, partId: string): ReadonlySet<string> {
  const saga = sagaOf(store);
  const { owner, slot } = refOf(saga, partId);
  if (slot === "action" || slot === "try_action") return new Set([owner]);
  const isGroupId =
    saga.mode === "compensation" && saga.steps.some((i) => isGroup(i) && i.id === partId);
  return new Set(isGroupId ? [partId] : []);
}
