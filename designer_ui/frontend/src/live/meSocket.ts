import { Channel, type ConnectionState, type SocketFactory } from "./channel";
import type { MeFrame } from "./types";

export interface MeSocketOptions {
  readonly onInboxCount: (count: number) => void;
  /** Runs that changed since the last call. */
  readonly onRuns: (ids: readonly string[]) => void;
  readonly onTasks: () => void;
  readonly onConnection: (state: ConnectionState) => void;
  readonly openSocket?: SocketFactory;
}

/**
 * Follows what concerns the person over `/ws/me/`.
 *
 * Its frames are hints to read again, so after a broken connection everything counts as changed.
 */
export class MeSocket {
  readonly #options: MeSocketOptions;
  readonly #channel: Channel<MeFrame>;
  #wasLost = false;

  constructor(options: MeSocketOptions) {
    this.#options = options;
    this.#channel = new Channel<MeFrame>({
      path: () => "/ws/me/",
      onFrame: (frame) => this.#take(frame),
      onState: (state) => this.#connectionChanged(state),
      openSocket: options.openSocket,
    });
  }

  open(): void {
    this.#channel.open();
  }

  close(): void {
    this.#channel.close();
  }

  #take(frame: MeFrame): void {
    if (frame.type === "me") {
      this.#options.onInboxCount(frame.inbox_count);
    } else if (frame.type === "runs") {
      this.#options.onRuns(frame.ids);
    } else if (frame.type === "tasks") {
      this.#options.onTasks();
    }
  }

  #connectionChanged(state: ConnectionState): void {
    this.#options.onConnection(state);
    if (state.kind === "reconnecting") {
      this.#wasLost = true;
    } else if (state.kind === "live" && this.#wasLost) {
      this.#wasLost = false;
      this.#options.onRuns([]);
      this.#options.onTasks();
    }
  }
}
