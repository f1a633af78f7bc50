import { describe, expect, it } from "vitest";
import { firstLines } from "./firstLines";

/** A stream of these pieces, and whether it was called off. */
function streamOf(...pieces: string[]) {
  const state = { isCancelled: false };
  const rest = pieces.map((piece) => new TextEncoder().encode(piece));
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => {
      const piece = rest.shift();
      if (piece) controller.enqueue(piece);
      else controller.close();
    },
    cancel: () => {
      state.isCancelled = true;
    },
  });
  return { stream, state };
}

describe("the first lines of a stream", () => {
  it("are whole wherever the pieces were cut", async () => {
    const { stream } = streamOf('{"a"', ":1}\n{", '"b":2}\n');
    expect(await firstLines(stream, 5)).toEqual(['{"a":1}', '{"b":2}']);
  });

  it("leave the rest unread", async () => {
    const endless = Array.from({ length: 1_000 }, (_, at) => `${at}\n`);
    const { stream, state } = streamOf(...endless);
    expect(await firstLines(stream, 2)).toEqual(["0", "1"]);
    expect(state.isCancelled).toBe(true);
  });

  it("may be none", async () => {
    expect(await firstLines(streamOf().stream, 3)).toEqual([]);
  });
});
