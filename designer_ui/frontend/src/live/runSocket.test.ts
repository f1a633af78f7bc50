import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ConnectionState } from "./channel";
import { foldEvents, viewOf } from "./fold";
import { RunSocket } from "./runSocket";
import { type FakeSocket, fakeSockets } from "./testing/fakeSocket";
import { emptyRun, frame, STORY } from "./testing/story";
import type { RunView } from "./types";

const whole = foldEvents(viewOf(emptyRun()), STORY);

interface Watched {
  readonly socket: FakeSocket;
  readonly runSocket: RunSocket;
  readonly states: ConnectionState[];
  readonly seen: number[];
  view(): RunView | null;
}

function watch(initial: RunView | null = viewOf(emptyRun())): Watched {
  const { open, sockets } = fakeSockets();
  const states: ConnectionState[] = [];
  const seen: number[] = [];
  let run = initial;
  const runSocket = new RunSocket({
    runId: "run-1",
    initial,
    openSocket: open,
    onChange: (change) => {
      run = change.run;
      seen.push(...change.news.map((event) => event.seq));
    },
    onConnection: (state) => states.push(state),
  });
  runSocket.open();
  const [socket] = sockets;
  if (!socket) {
    throw new Error("no socket was opened");
  }
  socket.connect();
  return { socket, runSocket, states, seen, view: () => run };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("location", { protocol: "http:", host: "localhost" });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("RunSocket", () => {
  it("asks only for what came after what it knows", () => {
    const { socket } = watch(foldEvents(viewOf(emptyRun()), STORY.slice(0, 5)));
    expect(socket.urls).toEqual(["ws://localhost/ws/runs/run-1/?since=5"]);
  });

  it("follows frames in order", () => {
    const { socket, view, seen } = watch();
    socket.receive(frame(1, 9));
    socket.receive(frame(10, 23));
    expect(view()).toEqual(whole);
    expect(seen).toEqual(STORY.map((event) => event.seq));
    expect(socket.sent).toEqual([]);
  });

  it("drops doubled frames, and the known part of overlapping ones", () => {
    const { socket, view, seen } = watch();
    socket.receive(frame(1, 9));
    socket.receive(frame(1, 9));
    socket.receive(frame(5, 23));
    expect(view()).toEqual(whole);
    expect(seen).toEqual(STORY.map((event) => event.seq));
  });

  it("asks once for the missing part when a frame was lost", () => {
    const { socket, view } = watch();
    socket.receive(frame(1, 4));
    socket.receive(frame(7, 9));
    socket.receive(frame(10, 12));
    expect(view()?.seq).toBe(4);
    expect(socket.sent).toEqual([{ type: "sync", since: 4 }]);
    socket.receive(frame(5, 23));
    expect(view()).toEqual(whole);
  });

  it("asks again when no answer comes", () => {
    const { socket } = watch();
    socket.receive(frame(3, 4));
    vi.advanceTimersByTime(3_000);
    expect(socket.sent).toEqual([
      { type: "sync", since: 0 },
      { type: "sync", since: 0 },
    ]);
  });

  it("comes to the same view with frames dropped, doubled and overtaken", () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const { socket, view, runSocket } = watch();
      for (const part of shaken(seed)) {
        socket.receive(part);
      }
      answerSyncs(socket, view);
      expect(view(), `seed ${seed}`).toEqual(whole);
      runSocket.close();
    }
  });

  it("reconnects from where it stands", () => {
    const { socket, states, view } = watch();
    socket.receive(frame(1, 9));
    socket.drop();
    expect(states.at(-1)?.kind).toBe("reconnecting");
    socket.connect();
    expect(socket.urls.at(-1)).toBe("ws://localhost/ws/runs/run-1/?since=9");
    expect(states.at(-1)).toEqual({ kind: "live" });
    socket.receive(frame(10, 23));
    expect(view()).toEqual(whole);
  });

  it("takes a newer snapshot, and not an older one", () => {
    const { socket, view } = watch();
    const snapshot = { ...emptyRun(), ...whole, nodes: Object.values(whole.nodes) };
    socket.receive({ type: "snapshot", seq: 23, run: snapshot });
    expect(view()).toEqual(whole);
    socket.receive({ type: "snapshot", seq: 0, run: emptyRun() });
    expect(view()).toEqual(whole);
  });

  it("takes a silent connection for dead and makes a new one", () => {
    const { socket, states } = watch();
    vi.advanceTimersByTime(40_000);
    socket.receive({ type: "ping" });
    vi.advanceTimersByTime(40_000);
    expect(states.map((state) => state.kind)).toEqual(["connecting", "live"]);
    vi.advanceTimersByTime(5_000);
    expect(states.map((state) => state.kind)).toEqual([
      "connecting",
      "live",
      "reconnecting",
      "live",
    ]);
    expect(socket.urls).toHaveLength(2);
  });

  it.each([
    [4401, "logged_out"],
    [4403, "forbidden"],
    [4404, "unknown"],
  ])("does not knock again when refused with %i", (code, reason) => {
    const { socket, states } = watch();
    socket.drop(code);
    expect(states.at(-1)).toEqual({ kind: "refused", reason });
    expect(socket.isClosed).toBe(true);
  });

  it("ignores what is not a frame", () => {
    const { socket, view } = watch();
    socket.onmessage?.({ data: "{" } as never);
    expect(view()?.seq).toBe(0);
  });
});

/** The story in frames of one to three facts; some lost, some doubled, some swapped. */
function shaken(seed: number): unknown[] {
  const random = mulberry(seed);
  const frames: unknown[] = [];
  for (let from = 1; from <= STORY.length; ) {
    const to = Math.min(from + Math.floor(random() * 3), STORY.length);
    const fate = random();
    if (fate > 0.2) {
      frames.push(frame(from, to));
    }
    if (fate > 0.8) {
      frames.push(frame(from, to));
    }
    from = to + 1;
  }
  for (let index = frames.length - 1; index > 0; index -= 1) {
    if (random() < 0.3) {
      const other = Math.max(0, index - 2);
      [frames[index], frames[other]] = [frames[other], frames[index]];
    }
  }
  return frames;
}

/** Plays the server: it answers a sync with the rest, and its next look at the journal does too. */
function answerSyncs(socket: FakeSocket, view: () => RunView | null): void {
  for (let round = 0; round < 3; round += 1) {
    const since = view()?.seq ?? 0;
    if (since < STORY.length) {
      socket.receive(frame(since + 1, STORY.length));
    }
  }
}

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
