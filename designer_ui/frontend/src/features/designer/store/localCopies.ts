import type { History } from "@/documents/history";
import { hasRules, rulesOf } from "@/documents/rules";
import type { WorkflowDocument } from "@/documents/types";
import { isObject } from "@/graph/types";

/** Edits that the server does not have yet, kept in the browser. */
export interface UnsavedCopy {
  /** The revision that the edits were made on. */
  revision: number;
  document: WorkflowDocument;
  at: number;
}

const MAX_HISTORY_CHARACTERS = 2_000_000;
/** A copy that another open tab still writes is left to that tab. */
const ABANDONED_AFTER = 10_000;

function tabId(): string {
  const known = sessionStorage.getItem("flowdeck.tab");
  if (known) return known;
  const fresh = crypto.randomUUID();
  sessionStorage.setItem("flowdeck.tab", fresh);
  return fresh;
}

const copyPrefix = (workflowId: string) => `flowdeck.unsaved.${workflowId}.`;
const copyKey = (workflowId: string) => copyPrefix(workflowId) + tabId();
const historyKey = (workflowId: string) => `flowdeck.history.${workflowId}`;

function read(storage: Storage, key: string): unknown {
  const text = storage.getItem(key);
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A full storage must not stop anybody from working. */
function write(storage: Storage, key: string, text: string): void {
  try {
    storage.setItem(key, text);
  } catch {
    storage.removeItem(key);
  }
}

function isDocument(value: unknown): value is WorkflowDocument {
  if (!isObject(value) || typeof value.kind !== "string" || !hasRules(value.kind)) return false;
  return rulesOf({ kind: value.kind }).isDocument(value);
}

function isUnsavedCopy(value: unknown): value is UnsavedCopy {
  return isObject(value) && typeof value.revision === "number" && isDocument(value.document);
}

export function writeUnsavedCopy(
  workflowId: string,
  revision: number,
  document: WorkflowDocument,
): void {
  const copy: UnsavedCopy = { revision, document, at: Date.now() };
  write(localStorage, copyKey(workflowId), JSON.stringify(copy));
}

export const clearUnsavedCopy = (workflowId: string): void =>
  localStorage.removeItem(copyKey(workflowId));

/** This tab's unsaved edits, else those of a tab that was closed; the newest, or null. */
export function takeUnsavedCopy(workflowId: string): UnsavedCopy | null {
  const own = copyKey(workflowId);
  let newest: UnsavedCopy | null = null;
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(copyPrefix(workflowId))) continue;
    const copy = read(localStorage, key);
    if (!isUnsavedCopy(copy)) continue;
    if (key !== own && Date.now() - copy.at < ABANDONED_AFTER) continue;
    if (!newest || copy.at > newest.at) newest = copy;
    if (key !== own) localStorage.removeItem(key);
  }
  return newest;
}

/** Keeps undo and redo for this tab; the oldest steps go first where there are too many. */
export function writeHistory(workflowId: string, history: History): void {
  let past = history.past.slice(-60);
  const future = history.future.slice(0, 60);
  let text = JSON.stringify({ past, present: history.present, future });
  while (text.length > MAX_HISTORY_CHARACTERS && past.length > 0) {
    past = past.slice(Math.ceil(past.length / 2));
    text = JSON.stringify({ past, present: history.present, future: [] });
  }
  write(sessionStorage, historyKey(workflowId), text);
}

/** The history that this tab had, or null. */
export function readHistory(
  workflowId: string,
): Pick<History, "past" | "present" | "future"> | null {
  const value = read(sessionStorage, historyKey(workflowId));
  if (!isObject(value) || !Array.isArray(value.past) || !Array.isArray(value.future)) return null;
  const entries = [...value.past, ...value.future];
  if (!entries.every((entry) => isObject(entry) && isDocument(entry.document))) return null;
  if (!isDocument(value.present)) return null;
  return { past: value.past, present: value.present, future: value.future };
}
