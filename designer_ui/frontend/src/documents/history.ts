import type { WorkflowDocument } from "./types";

export interface HistoryEntry {
  /** In words: what going back over this entry undoes. */
  label: string;
  /** The document on the other side of the edit. Unchanged parts are shared with its neighbours. */
  document: WorkflowDocument;
}

export interface History {
  past: readonly HistoryEntry[];
  present: WorkflowDocument;
  future: readonly HistoryEntry[];
  /** What the last edit may merge with, until `mergeUntil`. */
  mergeKey: string | null;
  mergeUntil: number;
}

/** What an operation made of the present. */
export interface Edit {
  document: WorkflowDocument;
  label: string;
  /** Edits with the same key in a short time are one step for undo; null never merges. */
  mergeKey: string | null;
}

export const MERGE_MILLISECONDS = 1_000;
const MAX_ENTRIES = 200;

export const startHistory = (present: WorkflowDocument): History => ({
  past: [],
  present,
  future: [],
  mergeKey: null,
  mergeUntil: 0,
});

/** The history after an edit at the time `now` (milliseconds). An edit that changes nothing leaves no entry. */
export function record(history: History, edit: Edit, now: number): History {
  const { document: present, mergeKey } = edit;
  if (present === history.present) return history;
  const merges = mergeKey !== null && mergeKey === history.mergeKey && now <= history.mergeUntil;
  const past = merges
    ? history.past
    : [...history.past.slice(-(MAX_ENTRIES - 1)), { label: edit.label, document: history.present }];
  return { past, present, future: [], mergeKey, mergeUntil: now + MERGE_MILLISECONDS };
}

export function undo(history: History): History {
  const last = history.past.at(-1);
  if (!last) return history;
  return {
    past: history.past.slice(0, -1),
    present: last.document,
    future: [{ label: last.label, document: history.present }, ...history.future],
    mergeKey: null,
    mergeUntil: 0,
  };
}

export function redo(history: History): History {
  const [next, ...future] = history.future;
  if (!next) return history;
  return {
    past: [...history.past, { label: next.label, document: history.present }],
    present: next.document,
    future,
    mergeKey: null,
    mergeUntil: 0,
  };
}
