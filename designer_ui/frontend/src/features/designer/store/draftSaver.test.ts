import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Draft } from "@/api/types";
import { asGraph } from "@/graph/document";
import { emptyDocument, type GraphDocument } from "@/graph/types";
import { DraftSaver, type SavePhase, StaleRevisionError } from "./draftSaver";

const named = (description: string): GraphDocument => ({ ...emptyDocument, description });

const draft = (revision: number, document: GraphDocument): Draft => ({
  revision,
  document,
  updated_at: "2030-01-01T00:00:00Z",
  updated_by: "ana",
  problems: [],
  hash: `hash ${document.description}`,
});

function setUp(start = named("start")) {
  const server = { current: draft(1, start), calls: 0, error: null as Error | null };
  const phases: SavePhase[] = [];
  const saver = new DraftSaver({
    draft: server.current,
    save: async (document, revision) => {
      server.calls += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (server.error) throw server.error;
      if (revision !== server.current.revision) throw new StaleRevisionError(server.current);
      server.current = draft(revision + 1, asGraph(document));
      return server.current;
    },
    onChange: (state) => phases.at(-1) !== state.phase && phases.push(state.phase),
    onSaved: () => {},
    isRetryable: () => true,
  });
  return { server, saver, phases };
}

describe("DraftSaver", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("saves within two seconds of the first edit, also while edits go on", async () => {
    const { server, saver } = setUp();
    for (let step = 0; step < 4; step += 1) {
      saver.changed(named(`edit ${step}`));
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(server.calls).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(server.current.document).toEqual(named("edit 3"));
    expect(saver.isSaved).toBe(true);
  });

  it("saves an edit made during a save with the next revision", async () => {
    const { server, saver, phases } = setUp();
    saver.changed(named("one"));
    await vi.advanceTimersByTimeAsync(710);
    saver.changed(named("two"));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(server.current.revision).toBe(3);
    expect(phases).toEqual(["dirty", "saving", "dirty", "saving", "saved"]);
  });

  it("never writes over what somebody else saved", async () => {
    const { server, saver } = setUp();
    server.current = draft(2, named("theirs"));
    saver.changed(named("mine"));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(saver.current.phase).toBe("conflict");
    expect(server.current.document).toEqual(named("theirs"));
    saver.changed(named("mine, later"));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(server.calls).toBe(1);
  });

  it("keeps mine as the newest revision", async () => {
    const { server, saver } = setUp();
    server.current = draft(2, named("theirs"));
    saver.changed(named("mine"));
    await vi.advanceTimersByTimeAsync(1_000);
    const done = saver.keepMine();
    await vi.advanceTimersByTimeAsync(1_000);
    await done;
    expect(server.current).toMatchObject({ revision: 3, document: named("mine") });
    expect(saver.isSaved).toBe(true);
  });

  it("takes theirs and goes on from their revision", async () => {
    const { server, saver } = setUp();
    server.current = draft(2, named("theirs"));
    saver.changed(named("mine"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(saver.takeTheirs()).toEqual(named("theirs"));
    expect(saver.current).toMatchObject({ phase: "saved", revision: 2 });
  });

  it("sees no conflict where both hold the same", async () => {
    const { server, saver } = setUp();
    server.current = draft(4, named("same"));
    saver.changed(named("same"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(saver.current).toMatchObject({ phase: "saved", revision: 4 });
  });

  it("tries again after a failure, and says so meanwhile", async () => {
    const { server, saver } = setUp();
    server.error = new Error("The server is away.");
    saver.changed(named("edit"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(saver.current).toMatchObject({ phase: "failed", message: "The server is away." });
    server.error = null;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(server.current.document).toEqual(named("edit"));
  });

  it("asks nothing of the server when an undo brings the saved document back", async () => {
    const start = named("start");
    const { server, saver } = setUp(start);
    saver.changed(named("edit"));
    saver.changed(start);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(server.calls).toBe(0);
    expect(saver.isSaved).toBe(true);
  });
});
