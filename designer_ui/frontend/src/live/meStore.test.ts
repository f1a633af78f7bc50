import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MeStore } from "./meStore";
import { type FakeSocket, fakeSockets } from "./testing/fakeSocket";

function follow() {
  const { open, sockets } = fakeSockets();
  const store = new MeStore();
  const runs = vi.fn();
  const tasks = vi.fn();
  store.onRuns((ids) => runs([...ids]));
  store.onTasks(tasks);
  const close = store.follow(open);
  const socket = sockets[0] as FakeSocket;
  socket.connect();
  return { store, runs, tasks, socket, close };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("location", { protocol: "https:", host: "flow.example" });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the store of the person", () => {
  it("knows the inbox count at once", () => {
    const { store, socket } = follow();
    socket.receive({ type: "me", inbox_count: 3 });
    expect(store.state.getState().inboxCount).toBe(3);
    expect(socket.urls).toEqual(["wss://flow.example/ws/me/"]);
  });

  it("tells changed runs together", () => {
    const { socket, runs } = follow();
    socket.receive({ type: "runs", ids: ["a", "b"] });
    socket.receive({ type: "runs", ids: ["b", "c"] });
    expect(runs).not.toHaveBeenCalled();
    vi.advanceTimersByTime(150);
    expect(runs.mock.calls).toEqual([[["a", "b", "c"]]]);
  });

  it("rests between two tellings, however much changes", () => {
    const { socket, runs } = follow();
    for (let tenths = 0; tenths < 40; tenths += 1) {
      socket.receive({ type: "runs", ids: ["a"] });
      vi.advanceTimersByTime(100);
    }
    expect(runs).toHaveBeenCalledTimes(4);
  });

  it("takes everything for changed after the connection was lost", () => {
    const { socket, runs, tasks } = follow();
    socket.receive({ type: "runs", ids: ["a"] });
    socket.drop();
    socket.connect();
    vi.advanceTimersByTime(150);
    expect(runs.mock.calls).toEqual([[[]]]);
    expect(tasks).toHaveBeenCalledTimes(1);
  });

  it("tells tasks, and nobody who has left", () => {
    const { store, socket, tasks } = follow();
    const late = vi.fn();
    store.onTasks(late)();
    socket.receive({ type: "tasks", changed: true });
    vi.advanceTimersByTime(150);
    expect(tasks).toHaveBeenCalledTimes(1);
    expect(late).not.toHaveBeenCalled();
  });

  it("is silent once closed", () => {
    const { socket, runs, close } = follow();
    socket.receive({ type: "runs", ids: ["a"] });
    close();
    vi.advanceTimersByTime(1_000);
    expect(runs).not.toHaveBeenCalled();
  });
});
