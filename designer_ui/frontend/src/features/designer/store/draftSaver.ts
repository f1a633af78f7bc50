import type { Draft } from "@/api/types";
import { isSameDocument } from "@/documents/compare";
import { asDrawn } from "@/documents/rules";
import type { WorkflowDocument } from "@/documents/types";

export type SavePhase = "saved" | "dirty" | "saving" | "failed" | "conflict";

export interface SaveState {
  phase: SavePhase;
  revision: number;
  /** Hash of what is saved, to compare with the published one. */
  hash: string;
  updatedAt: string;
  updatedBy: string | null;
  /** In words, when the phase is `failed`. */
  message: string | null;
  /** What somebody else saved, when the phase is `conflict`. */
  theirs: Draft | null;
}

/** The server holds another revision than the one that the changes were made on. */
export class StaleRevisionError extends Error {
  readonly current: Draft;

  constructor(current: Draft) {
    super("Somebody else saved this workflow in the meantime.");
    this.name = "StaleRevisionError";
    this.current = current;
  }
}

export interface DraftSaverOptions {
  draft: Draft;
  /** Raises `StaleRevisionError` when the revision is not the current one. */
  save: (document: WorkflowDocument, revision: number) => Promise<Draft>;
  onChange: (state: SaveState) => void;
  /** Called with the server's answer to every save. */
  onSaved: (draft: Draft) => void;
  /** Whether trying again later can help. */
  isRetryable: (error: unknown) => boolean;
}

/** Quiet time after an edit before it is saved, and the longest time that edits may wait. */
const QUIET = 700;
const LONGEST = 1_500;
const FIRST_RETRY = 2_000;
const LAST_RETRY = 30_000;

/**
 * Saves a document soon after each edit, one request at a time, and never over somebody else's
 * work: a stale revision stops it until a person has decided.
 */
export class DraftSaver {
  private readonly options: DraftSaverOptions;
  private state: SaveState;
  private document: WorkflowDocument;
  private saved: WorkflowDocument;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private dirtySince = 0;
  private retryDelay = FIRST_RETRY;
  private running: Promise<void> | null = null;

  constructor(options: DraftSaverOptions) {
    const { draft } = options;
    this.options = options;
    this.document = asDrawn(draft.document);
    this.saved = this.document;
    this.state = {
      phase: "saved",
      revision: draft.revision,
      hash: draft.hash,
      updatedAt: draft.updated_at,
      updatedBy: draft.updated_by,
      message: null,
      theirs: null,
    };
  }

  get current(): SaveState {
    return this.state;
  }

  get isSaved(): boolean {
    return this.state.phase === "saved";
  }

  /** Takes note of the document after an edit. */
  changed(document: WorkflowDocument): void {
    this.document = document;
    if (this.state.phase === "conflict") return;
    if (document === this.saved) {
      if (!this.running) this.settle();
      return;
    }
    if (this.state.phase === "saved" || this.state.phase === "failed") {
      this.dirtySince = Date.now();
      this.update({ phase: "dirty", message: null });
    }
    if (!this.running) this.schedule();
  }

  /** Saves at once what is not saved yet. Resolves when nothing is under way any more. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    for (;;) {
      if (this.running) await this.running;
      const isDone = this.document === this.saved || this.state.phase === "conflict";
      if (isDone) return;
      await this.run();
      if (this.state.phase === "failed") return;
    }
  }

  /** Ends a conflict in favour of what stands here: it becomes the newest revision. */
  async keepMine(): Promise<void> {
    const { theirs } = this.state;
    if (!theirs) return;
    this.update({ phase: "dirty", revision: theirs.revision, theirs: null });
    await this.flush();
  }

  /** Ends a conflict in favour of what somebody else saved; the caller shows their document. */
  takeTheirs(): WorkflowDocument | null {
    const { theirs } = this.state;
    if (!theirs) return null;
    this.adopt(theirs);
    return this.document;
  }

  /** The server's draft is what stands here now. */
  adopt(draft: Draft): void {
    this.document = asDrawn(draft.document);
    this.saved = this.document;
    this.acknowledge(draft);
    this.settle();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private update(patch: Partial<SaveState>): void {
    this.state = { ...this.state, ...patch };
    this.options.onChange(this.state);
  }

  private settle(): void {
    clearTimeout(this.timer);
    this.update({ phase: "saved", message: null, theirs: null });
  }

  private acknowledge(draft: Draft): void {
    this.update({
      revision: draft.revision,
      hash: draft.hash,
      updatedAt: draft.updated_at,
      updatedBy: draft.updated_by,
    });
  }

  private schedule(delay?: number): void {
    clearTimeout(this.timer);
    const rest = Math.max(0, this.dirtySince + LONGEST - Date.now());
    this.timer = setTimeout(() => void this.run(), delay ?? Math.min(QUIET, rest));
  }

  private run(): Promise<void> {
    this.running ??= this.saveOnce().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async saveOnce(): Promise<void> {
    const sent = this.document;
    this.update({ phase: "saving", message: null });
    try {
      const draft = await this.options.save(sent, this.state.revision);
      this.saved = sent;
      this.retryDelay = FIRST_RETRY;
      this.acknowledge(draft);
      this.options.onSaved(draft);
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.document === sent) {
      this.settle();
      return;
    }
    this.dirtySince = Date.now();
    this.update({ phase: "dirty" });
    this.schedule();
  }

  private fail(error: unknown): void {
    if (error instanceof StaleRevisionError) {
      const theirs = error.current;
      // The same edit arrived another way, such as from a second tab: nothing to decide.
      if (isSameDocument(asDrawn(theirs.document), this.document)) {
        this.saved = this.document;
        this.acknowledge(theirs);
        this.options.onSaved(theirs);
        this.settle();
        return;
      }
      this.update({ phase: "conflict", theirs });
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.update({ phase: "failed", message });
    if (!this.options.isRetryable(error)) return;
    this.schedule(this.retryDelay);
    this.retryDelay = Math.min(this.retryDelay * 2, LAST_RETRY);
  }
}
