import type { Direction } from "@/graph/navigate";
import { START_ID } from "@/pipeline/steps";
import {
  actionAt,
  isGroup,
  type Owner,
  partIdOf,
  type Saga,
  type SagaAction,
  type SagaItem,
  type SagaParallel,
  type SagaStep,
  type Slot,
  slotsOf,
  stepsOf,
} from "./actions";
import type { SagaPlace } from "./operations";
import { slotTitles } from "./owners";

/** A place of the drawing where an action stands, could stand, or cannot. */
export interface SagaCell {
  id: string;
  owner: Owner;
  slot: Slot;
  action: SagaAction | null;
  /** Nothing stands there and nothing can: what comes after the pivot has no undo. */
  isClosed: boolean;
}

/** What stands at one place of the line: a step, the steps of a group, or a participant. */
export interface SagaColumn {
  id: string;
  group: SagaParallel | null;
  /** Cells by row: the actions, then what undoes them; or try, confirm and cancel. */
  rows: readonly (readonly SagaCell[])[];
  sort: SagaStep["step"] | null;
}

const cellsOf = (owner: Owner): SagaCell[] =>
  slotsOf(owner).map((slot) => {
    const action = actionAt(owner, slot);
    const goesForward = "step" in owner && owner.step !== "compensatable";
    return {
      id: partIdOf(owner.id, slot),
      owner,
      slot,
      action,
      isClosed: slot === "compensation" && goesForward && !action,
    };
  });

function columnOf(item: SagaItem): SagaColumn {
  const cells = stepsOf(item).map(cellsOf);
  const rows = [0, 1].map((row) => cells.flatMap((each) => each[row] ?? []));
  const [only] = stepsOf(item);
  const sort = only && stepsOf(item).every((step) => step.step === only.step) ? only.step : null;
  return { id: item.id, group: isGroup(item) ? item : null, rows, sort };
}

/** The saga as columns from left to right. */
export function columnsOf(saga: Saga): SagaColumn[] {
  if (saga.mode === "compensation") return saga.steps.map(columnOf);
  return saga.participants.map((each) => ({
    id: each.id,
    group: null,
    rows: cellsOf(each).map((cell) => [cell]),
    sort: null,
  }));
}

/** Ids of what can be selected in a column, from top to bottom. */
const idsOf = (column: SagaColumn): string[] => [
  ...(column.group ? [column.group.id] : []),
  ...column.rows.flat().flatMap((cell) => (cell.action ? [cell.id] : [])),
];

/** The part that an arrow key leads to, or null at the edge. */
export function partInDirection(
  saga: Saga,
  from: string | null,
  direction: Direction,
): string | null {
  const columns = columnsOf(saga);
  const firstId = columns[0] ? (idsOf(columns[0])[0] ?? null) : null;
  if (from === null) return firstId ?? START_ID;
  const at = columns.findIndex((column) => idsOf(column).includes(from));
  const here = columns[at];
  if (!here) return direction === "right" || direction === "down" ? firstId : null;
  const ids = idsOf(here);
  if (direction === "up" || direction === "down") {
    return ids[ids.indexOf(from) + (direction === "down" ? 1 : -1)] ?? null;
  }
  const next = columns[at + (direction === "right" ? 1 : -1)];
  if (!next) return direction === "left" ? START_ID : null;
  const row = here.rows.findIndex((cells) => cells.some((cell) => cell.id === from));
  const level = next.rows[row]?.find((cell) => cell.action)?.id;
  return level ?? idsOf(next)[0] ?? null;
}

/** Where a step goes with Alt and an arrow key: along the line, and out of its group. */
export function placeInDirection(
  saga: Saga,
  ownerId: string,
  direction: Direction,
): SagaPlace | null {
  const columns = columnsOf(saga);
  const at = columns.findIndex(
    (column) =>
      column.id === ownerId || column.rows.flat().some((cell) => cell.owner.id === ownerId),
  );
  const here = columns[at];
  if (!here || direction === "up" || direction === "down") return null;
  const isInGroup = here.group !== null && here.id !== ownerId;
  const by = direction === "right" ? (isInGroup ? 1 : 2) : isInGroup ? 0 : -1;
  const index = at + by;
  return index < 0 || index > columns.length ? null : { group: null, index };
}

/** Somewhere the next action may go: an empty slot, the line, or beside a step. */
export type SagaGoal =
  | { kind: "slot"; owner: string; slot: Slot }
  | { kind: "line"; place: SagaPlace }
  | { kind: "beside"; stepId: string };

export interface NamedGoal {
  id: string;
  label: string;
  goal: SagaGoal;
  isUsed: boolean;
}

const slotNames: Partial<Record<Slot, string>> = { ...slotTitles, compensation: "Undo" };

/** Where something may be added at the selected part; the usual place comes first. */
export function goalsAt(saga: Saga, partId: string | null): NamedGoal[] {
  const columns = columnsOf(saga);
  const at = columns.findIndex((column) => partId !== null && idsOf(column).includes(partId));
  const here = columns[at];
  const index = here ? at + 1 : partId === START_ID ? 0 : columns.length;
  const next: NamedGoal = {
    id: "next",
    label: "Next",
    goal: { kind: "line", place: { group: null, index } },
    isUsed: false,
  };
  if (!here) return [next];
  const cells = here.rows.flat();
  const own = cells.find((cell) => cell.id === partId);
  const empty = cells
    .filter((cell) => cell.owner === own?.owner && !cell.action && !cell.isClosed)
    .map((cell) => ({
      id: cell.slot,
      label: slotNames[cell.slot] ?? "",
      goal: { kind: "slot" as const, owner: cell.owner.id, slot: cell.slot },
      isUsed: false,
    }));
  const beside: NamedGoal[] =
    saga.mode === "compensation"
      ? [
          {
            id: "beside",
            label: "Beside",
            goal: { kind: "beside", stepId: here.id },
            isUsed: false,
          },
        ]
      : [];
  return [...empty, next, ...beside];
}
