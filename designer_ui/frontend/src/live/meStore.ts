import { createStore } from "zustand/vanilla";
import type { ConnectionState, SocketFactory } from "./channel";
import { MeSocket } from "./meSocket";

export interface MeState {
  readonly inboxCount: number | null;
  readonly connection: ConnectionState;
}

type RunsListener = (ids: ReadonlySet<string>) => void;
type TasksListener = () => void;

/** Time in which the first changes are gathered before lists are read again. */
const GATHER_MS = 150;

/** Least time between two readings, however much changes. */
const REST_MS = 1_000;

/** What concerns the person who is logged in, and who wants to hear of it. */
export class MeStore {
  readonly state = createStore<MeState>(() => ({
    inboxCount: null,
    connection: { kind: "connecting" },
  }));
  readonly #runsListeners = new Set<RunsListener>();
  readonly #tasksListeners = new Set<TasksListener>();
  #runIds = new Set<string>();
  #hasTaskNews = false;
  #hasRunNews = false;
  #isAnyRun = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #toldAt = 0;

  /** Opens the socket; the answer closes it. */
  follow(openSocket?: SocketFactory): () => void {
    const socket = new MeSocket({
      openSocket,
      onInboxCount: (inboxCount) => this.state.setState({ inboxCount }),
      onConnection: (connection) => this.state.setState({ connection }),
      onRuns: (ids) => {
        for (const id of ids) {
          this.#runIds.add(id);
        }
        this.#isAnyRun ||= ids.length === 0;
        this.#hasRunNews = true;
        this.#gather();
      },
      onTasks: () => {
        this.#hasTaskNews = true;
        this.#gather();
      },
    });
    socket.open();
    return () => {
      socket.close();
      this.#stopTimer();
    };
  }

  /** Calls back, coalesced, when runs changed; an empty set means that any may have. */
  onRuns(listener: RunsListener): () => void {
    this.#runsListeners.add(listener);
    return () => this.#runsListeners.delete(listener);
  }

  /** Calls back, coalesced, when human tasks changed. */
  onTasks(listener: TasksListener): () => void {
    this.#tasksListeners.add(listener);
    return () => this.#tasksListeners.delete(listener);
  }

  #gather(): void {
    const wait = Math.max(GATHER_MS, this.#toldAt + REST_MS - Date.now());
    this.#timer ??= setTimeout(() => this.#tell(), wait);
  }

  #tell(): void {
    this.#stopTimer();
    this.#toldAt = Date.now();
    const ids = this.#isAnyRun ? new Set<string>() : this.#runIds;
    const hasRuns = this.#hasRunNews;
    const hasTasks = this.#hasTaskNews;
    this.#runIds = new Set();
    this.#isAnyRun = false;
    this.#hasRunNews = false;
    this.#hasTaskNews = false;
    if (hasRuns) {
      for (const listener of this.#runsListeners) {
        listener(ids);
      }
    }
    if (hasTasks) {
      for (const listener of this.#tasksListeners) {
        listener();
      }
    }
  }

  #stopTimer(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
  }
}
