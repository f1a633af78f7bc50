import { beforeEach, describe, expect, it, vi } from "vitest";
import { createRunStore, mergeJournal } from "./runStore";
import { takenEdges, visitsInOrder, visitsOf } from "./selectors";
import { type FakeSocket, fakeSockets } from "./testing/fakeSocket";
import { emptyRun, frame, STORY, tell } from "./testing/story";

function follow() {
  const { open, sockets } = fakeSockets();
  const flushes: (() => void)[] = [];
  const store = createRunStore(emptyRun(), {
    openSocket: open,
    schedule: (flush) => {
      flushes.push(flush);
      return () => undefined;
    },
  });
  const changes = vi.fn();
  const close = store.follow();
  const socket = sockets[0] as FakeSocket;
  socket.connect();
  store.subscribe(changes);
  return { store, socket, changes, close, paint: () => flushes.splice(0).map((flush) => flush()) };
}

beforeEach(() => {
  vi.stubGlobal("location", { protocol: "http:", host: "localhost" });
});

describe("the store of a run", () => {
  it("changes once a frame, however much arrives", () => {
    const { store, socket, changes, paint } = follow();
    socket.receive(frame(1, 5));
    socket.receive(frame(6, 12));
    expect(changes).not.toHaveBeenCalled();
    paint();
    expect(changes).toHaveBeenCalledTimes(1);
    expect(store.getState().run.seq).toBe(12);
    expect(store.getState().latest.approve?.status).toBe("waiting");
  });

  it("keeps a node's view while nothing happens to it", () => {
    const { store, socket, paint } = follow();
    socket.receive(frame(1, 10));
    paint();
    const before = store.getState().latest;
    socket.receive(frame(11, 12));
    paint();
    expect(store.getState().latest.fetch).toBe(before.fetch);
    socket.receive(frame(13, 13));
    paint();
    const after = store.getState().latest;
    socket.receive(frame(14, 14));
    paint();
    expect(store.getState().latest).toBe(after);
  });

  it("shows the newest visit of a node and remembers the others", () => {
    const { store, socket, paint } = follow();
    socket.receive(frame(1, 23));
    paint();
    expect(store.getState().latest.fetch).toMatchObject({ visit: 2, status: "failed" });
    expect(visitsOf(store.getState().run, "fetch").map((visit) => visit.status)).toEqual([
      "succeeded",
      "failed",
    ]);
  });

  it("keeps the journal in order and without doubles", () => {
    const { store, socket, paint } = follow();
    socket.receive(frame(1, 3));
    paint();
    store.addHistory(STORY.slice(0, 2));
    socket.receive(frame(4, 6));
    paint();
    expect(store.getState().journal.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(store.getState().journalFrom).toBe(0);
  });

  it("does not lose what waits for the next frame when it is closed", () => {
    const { store, socket, close } = follow();
    socket.receive(frame(1, 23));
    close();
    expect(store.getState().run.status).toBe("failed");
    expect(socket.isClosed).toBe(true);
  });

  it("tells how the connection stands", () => {
    const { store, socket } = follow();
    expect(store.getState().connection).toEqual({ kind: "live" });
    socket.drop();
    expect(store.getState().connection.kind).toBe("reconnecting");
  });
});

describe("mergeJournal", () => {
  it("puts older facts in front", () => {
    const merged = mergeJournal(STORY.slice(5, 8), STORY.slice(0, 6));
    expect(merged.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

describe("edges", () => {
  const edges = [
    { id: "approved", source: "approve", source_port: "approved", target: "pay" },
    { id: "rejected", source: "approve", source_port: "rejected", target: "reject_mail" },
    { id: "fetched", source: "fetch", source_port: "out", target: "approve" },
    { id: "caught", source: "fetch", source_port: "error", target: "note" },
  ];

  it("are taken only when their source left through their port", () => {
    const { store, socket, paint } = follow();
    socket.receive(frame(1, 12));
    paint();
    expect([...takenEdges(store.getState().run.nodes, edges)]).toEqual(["fetched"]);
    socket.receive(frame(13, 23));
    paint();
    expect([...takenEdges(store.getState().run.nodes, edges)]).toEqual(["approved", "fetched"]);
  });

  it("are taken when a failure leaves through the error port", () => {
    const { store, socket, paint } = follow();
    const [queued, failed] = tell([
      ["node.queued", "fetch", { attempt: 1 }],
      ["node.failed", "fetch", { attempt: 1, ports: ["error"], error: null }],
    ]);
    socket.receive({ type: "events", from: 1, seq: 2, run: {}, events: [queued, failed] });
    paint();
    const { nodes } = store.getState().run;
    expect([...takenEdges(nodes, edges)]).toEqual(["caught"]);
  });

  it("come after visits in the order of their beginning", () => {
    const { store, socket, paint } = follow();
    socket.receive(frame(1, 23));
    paint();
    expect(visitsInOrder(store.getState().run).map((visit) => visit.node_id)).toEqual([
      "start",
      "fetch",
      "approve",
      "reject_mail",
      "fetch",
    ]);
  });
});
