import { api, unwrap } from "@/api/client";
import { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import { queryClient } from "@/api/queryClient";
import type { Draft, Palette, WorkflowDetail } from "@/api/types";
import { isSameDocument } from "@/documents/compare";
import { startHistory } from "@/documents/history";
import { asDrawn } from "@/documents/rules";
import type { WorkflowDocument } from "@/documents/types";
import { createDesignerStore, type DesignerStore } from "./designerStore";
import { DraftSaver, StaleRevisionError } from "./draftSaver";
import {
  clearUnsavedCopy,
  readHistory,
  takeUnsavedCopy,
  writeHistory,
  writeUnsavedCopy,
} from "./localCopies";

/** Saves that were still under way when their designer was left. */
const lastSaves = new Map<string, Promise<void>>();

/** Resolves when nothing of this workflow is being saved by a designer that was left. */
export const whenLastSaved = (workflowId: string): Promise<void> =>
  lastSaves.get(workflowId) ?? Promise.resolve();

export interface DesignerSession {
  store: DesignerStore;
  saver: DraftSaver;
  /** Starts saving and keeping local copies. Returns how to stop. */
  start: () => () => void;
}

async function putDraft(id: string, document: WorkflowDocument, revision: number): Promise<Draft> {
  try {
    return await unwrap(
      api.PUT("/api/v1/workflows/{workflow_id}/draft", {
        params: { path: { workflow_id: id }, header: { "If-Match": `"${revision}"` } },
        body: { document: { ...document } },
      }),
    );
  } catch (error) {
    if (error instanceof ApiError && error.status === 409 && error.problem.current) {
      throw new StaleRevisionError(error.problem.current as Draft);
    }
    throw error;
  }
}

const isRetryable = (error: unknown) => !(error instanceof ApiError) || error.status >= 500;

const sampleKey = (id: string) => `flowdeck.sample.${id}`;

function readSample(id: string): unknown {
  const text = localStorage.getItem(sampleKey(id));
  if (text) {
    try {
      return JSON.parse(text);
    } catch {
      localStorage.removeItem(sampleKey(id));
    }
  }
  return null;
}

/** Brings back what a refresh interrupted: edits not yet saved, and undo and redo. */
function restore(store: DesignerStore, workflow: WorkflowDetail): number {
  const server = asDrawn(workflow.draft.document);
  const copy = takeUnsavedCopy(workflow.id);
  const isNewer = copy !== null && !isSameDocument(copy.document, server);
  const present = isNewer ? copy.document : server;
  const known = readHistory(workflow.id);
  if (known && isSameDocument(known.present, present)) {
    store.setState({
      history: { ...startHistory(present), past: known.past, future: known.future },
    });
  } else if (isNewer) {
    const past = [{ label: "restore unsaved changes", document: server }];
    store.setState({ history: { ...startHistory(present), past } });
  }
  if (copy && !isNewer) clearUnsavedCopy(workflow.id);
  return isNewer ? copy.revision : workflow.draft.revision;
}

/** Everything that lives as long as one workflow is open in the designer. */
export function createSession(workflow: WorkflowDetail, palette: Palette): DesignerSession {
  let store: DesignerStore | null = null;
  const makeSaver = (draft: Draft) =>
    new DraftSaver({
      draft,
      save: (document, revision) => putDraft(workflow.id, document, revision),
      onChange: (save) => store?.setState({ save }),
      onSaved: (saved) => {
        store?.setState({ problems: saved.problems });
        void queryClient.invalidateQueries({ queryKey: keys.workflows });
      },
      isRetryable,
    });
  let saver = makeSaver(workflow.draft);
  store = createDesignerStore(workflow, palette, saver.current);
  const revision = restore(store, workflow);
  if (revision !== workflow.draft.revision) {
    // The unsaved edits were made on an older revision: saving them asks before it overwrites.
    saver = makeSaver({ ...workflow.draft, revision });
    store.setState({ save: saver.current });
  }
  const opened = store;
  opened.setState({ sampleInput: readSample(workflow.id) });

  const start = () => {
    let copyTimer: ReturnType<typeof setTimeout> | undefined;
    const keepCopies = () => {
      clearTimeout(copyTimer);
      const { history, save } = opened.getState();
      if (saver.isSaved) clearUnsavedCopy(workflow.id);
      else writeUnsavedCopy(workflow.id, save.revision, history.present);
      writeHistory(workflow.id, history);
    };
    const unsubscribe = opened.subscribe((state, before) => {
      if (state.history !== before.history) saver.changed(state.history.present);
      if (state.sampleInput !== before.sampleInput) {
        localStorage.setItem(sampleKey(workflow.id), JSON.stringify(state.sampleInput));
      }
      if (state.history !== before.history || state.save.phase !== before.save.phase) {
        clearTimeout(copyTimer);
        copyTimer = setTimeout(keepCopies, 150);
      }
    });
    const retryNow = () => void saver.flush();
    window.addEventListener("pagehide", keepCopies);
    window.addEventListener("online", retryNow);
    saver.changed(opened.getState().history.present);
    return () => {
      keepCopies();
      unsubscribe();
      window.removeEventListener("pagehide", keepCopies);
      window.removeEventListener("online", retryNow);
      const saving = saver.flush().then(() => {
        if (saver.isSaved) clearUnsavedCopy(workflow.id);
        if (lastSaves.get(workflow.id) === saving) lastSaves.delete(workflow.id);
      });
      lastSaves.set(workflow.id, saving);
    };
  };
  return { store: opened, saver, start };
}
