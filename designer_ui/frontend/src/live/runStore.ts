import { createStore, type StoreApi } from "zustand/vanilla";
import { Batch, type Scheduler } from "./batch";
import type { ConnectionState, SocketFactory } from "./channel";
import { viewOf } from "./fold";
import { type RunChange, RunSocket } from "./runSocket";
import { latestVisits } from "./selectors";
import type { NodeView, RunEvent, RunSnapshot, RunView } from "./types";

export interface RunState {
  readonly run: RunView;
  /** The newest visit of each node, by node id. */
  readonly latest: Readonly<Record<string, NodeView>>;
  /** The journal without holes from `journalFrom` on, oldest first. */
  readonly journal: readonly RunEvent[];
  /** All facts after this number are in `journal`. */
  readonly journalFrom: number;
  readonly connection: ConnectionState;
}

export interface RunStore extends StoreApi<RunState> {
  /** Opens the socket; the answer closes it. */
  follow(): () => void;
  /** Adds facts read through the API to the journal. */
  addHistory(events: readonly RunEvent[]): void;
}

export interface RunStoreOptions {
  readonly openSocket?: SocketFactory;
  readonly schedule?: Scheduler;
}

/** The store of one run view, from what the API answered; it changes at most once a frame. */
export function createRunStore(snapshot: RunSnapshot, options: RunStoreOptions = {}): RunStore {
  const run = viewOf(snapshot);
  const store = createStore<RunState>(() => ({
    run,
    latest: latestVisits(run.nodes),
    journal: [],
    journalFrom: run.seq,
    connection: { kind: "connecting" },
  }));
  const batch = new Batch<RunChange>(
    (changes) => store.setState((state) => withChanges(state, changes)),
    options.schedule,
  );
  return Object.assign(store, {
    follow: () => {
      const socket = new RunSocket({
        runId: run.id,
        initial: store.getState().run,
        openSocket: options.openSocket,
        onChange: (change) => batch.add(change),
        onConnection: (connection) => store.setState({ connection }),
      });
      socket.open();
      return () => {
        socket.close();
        batch.flush();
      };
    },
    addHistory: (events: readonly RunEvent[]) =>
      store.setState((state) => ({
        journal: mergeJournal(state.journal, events),
        journalFrom: Math.min(state.journalFrom, (events[0]?.seq ?? Number.POSITIVE_INFINITY) - 1),
      })),
  });
}

function withChanges(state: RunState, changes: readonly RunChange[]): Partial<RunState> {
  const last = changes.at(-1);
  if (!last) {
    return {};
  }
  const isReplaced = changes.some((change) => change.isSnapshot);
  const news = changes.flatMap((change) => change.news);
  const latest =
    last.run.nodes === state.run.nodes ? state.latest : latestVisits(last.run.nodes, state.latest);
  return isReplaced
    ? { run: last.run, latest, journal: [], journalFrom: last.run.seq }
    : { run: last.run, latest, journal: mergeJournal(state.journal, news) };
}

/** Both together in order, each fact once. */
export function mergeJournal(
  known: readonly RunEvent[],
  more: readonly RunEvent[],
): readonly RunEvent[] {
  if (more.length === 0) {
    return known;
  }
  const last = known.at(-1)?.seq ?? 0;
  if (more.every((event, index) => event.seq > (more[index - 1]?.seq ?? last))) {
    return [...known, ...more];
  }
  const bySeq = new Map([...known, ...more].map((event) => [event.seq, event]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
