import { Channel, type ConnectionState, type SocketFactory } from "./channel";
import { applyFrame } from "./frames";
import type { RunEvent, RunFrame, RunView } from "./types";

export interface RunSocketOptions {
  readonly runId: string;
  /** What is known already; the server sends only what came after it. */
  readonly initial: RunView | null;
  readonly onChange: (change: RunChange) => void;
  readonly onConnection: (state: ConnectionState) => void;
  readonly openSocket?: SocketFactory;
  /** How long an asked-for resend may take before it is asked for again. */
  readonly syncTimeoutMs?: number;
}

export interface RunChange {
  readonly run: RunView;
  readonly news: readonly RunEvent[];
  /** True when the run was replaced as a whole, so that facts before it may be unknown. */
  readonly isSnapshot: boolean;
}

const SYNC_TIMEOUT_MS = 3_000;

/** Follows one run over `/ws/runs/<id>/` without losing a fact. */
export class RunSocket {
  readonly #options: RunSocketOptions;
  readonly #channel: Channel<RunFrame>;
  #run: RunView | null;
  #syncTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: RunSocketOptions) {
    this.#options = options;
    this.#run = options.initial;
    this.#channel = new Channel<RunFrame>({
      path: () => this.#path(),
      onFrame: (frame) => this.#take(frame),
      onState: (state) => this.#connectionChanged(state),
      openSocket: options.openSocket,
    });
  }

  open(): void {
    this.#channel.open();
  }

  close(): void {
    this.#endSync();
    this.#channel.close();
  }

  #path(): string {
    const since = this.#run ? `?since=${this.#run.seq}` : "";
    return `/ws/runs/${this.#options.runId}/${since}`;
  }

  #take(frame: RunFrame): void {
    const result = applyFrame(this.#run, frame);
    if (result.isGap) {
      this.#sync();
      return;
    }
    if (!result.run || result.run === this.#run) {
      return;
    }
    this.#run = result.run;
    this.#endSync();
    this.#options.onChange({
      run: result.run,
      news: result.news,
      isSnapshot: result.isSnapshot,
    });
  }

  #connectionChanged(state: ConnectionState): void {
    if (state.kind !== "live") {
      this.#endSync();
    }
    this.#options.onConnection(state);
  }

  /** Asks for what is missing, once, and again only when no answer comes. */
  #sync(): void {
    if (this.#syncTimer !== null) {
      return;
    }
    this.#channel.send({ type: "sync", since: this.#run?.seq ?? 0 });
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = null;
      this.#sync();
    }, this.#options.syncTimeoutMs ?? SYNC_TIMEOUT_MS);
  }

  #endSync(): void {
    if (this.#syncTimer !== null) {
      clearTimeout(this.#syncTimer);
      this.#syncTimer = null;
    }
  }
}
