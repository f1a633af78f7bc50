import { describe, expect, it } from "vitest";
import { nearestGap } from "@/canvas/list/model";
import { placeInDirection, placesAt, stepInDirection, usualPlace } from "./navigate";
import { choice, parallel, pipeline, shape, task } from "./testSteps";
import { moveSteps, type Step } from "./tree";

const steps: readonly Step[] = pipeline(
  task("a"),
  choice("if", "x", [task("b"), task("c")], [task("d")]),
  parallel("both", [], [task("e")], [task("f"), task("g")]),
  task("h"),
).steps;

describe("arrow keys", () => {
  it("read down into the first lane and on below, and back up the same way", () => {
    const down: (string | null)[] = [null];
    for (let at: string | null = stepInDirection(steps, null, "down"); at; ) {
      down.push(at);
      at = stepInDirection(steps, at, "down");
    }
    expect(down).toEqual([null, "a", "if", "b", "c", "both", "e", "h"]);
    const up: string[] = [];
    for (let at = stepInDirection(steps, "h", "up"); at; at = stepInDirection(steps, at, "up")) {
      up.push(at);
    }
    expect(up).toEqual(["e", "both", "c", "b", "if", "a", "_start"]);
    expect(stepInDirection(steps, "_start", "down")).toBe("a");
  });

  it("go to the same height beside, past empty lanes, and nowhere from the edge", () => {
    expect(stepInDirection(steps, "c", "right")).toBe("d");
    expect(stepInDirection(steps, "d", "left")).toBe("b");
    expect(stepInDirection(steps, "e", "right")).toBe("f");
    expect(stepInDirection(steps, "e", "left")).toBeNull();
    expect(stepInDirection(steps, "a", "right")).toBeNull();
  });
});

describe("Alt and an arrow key", () => {
  const walk = (id: string, direction: "up" | "down") => {
    const seen: string[] = [];
    let now = steps;
    for (let count = 0; count < 20; count += 1) {
      const place = placeInDirection(now, id, direction);
      if (!place) break;
      now = moveSteps(now, new Set([id]), place);
      seen.push(shape(now));
    }
    return seen;
  };

  it("carry a step down through every place, and up through the same", () => {
    const down = walk("a", "down");
    expect(down[0]).toBe("if(a b c | d) both( | e | f g) h");
    expect(down[2]).toBe("if(b c a | d) both( | e | f g) h");
    expect(down[3]).toBe("if(b c | a d) both( | e | f g) h");
    expect(down[5]).toBe("if(b c | d) a both( | e | f g) h");
    expect(down[6]).toBe("if(b c | d) both(a | e | f g) h");
    expect(down.at(-1)).toBe("if(b c | d) both( | e | f g) h a");
    expect(new Set(down).size).toBe(down.length);
    expect(walk("h", "up").at(-1)).toBe("h a if(b c | d) both( | e | f g)");
  });

  it("carry it sideways into the next lane, also an empty one", () => {
    expect(placeInDirection(steps, "c", "right")).toEqual({ owner: "if", lane: 1, index: 1 });
    expect(placeInDirection(steps, "e", "left")).toEqual({ owner: "both", lane: 0, index: 0 });
    expect(placeInDirection(steps, "a", "right")).toBeNull();
  });
});

describe("places for the next step", () => {
  it("are below a task, and in the lanes of others, the first empty one first", () => {
    expect(placesAt(steps, "a").map((each) => each.id)).toEqual(["below"]);
    const places = placesAt(steps, "both");
    expect(places.map((each) => [each.label, each.isUsed])).toEqual([
      ["Branch 1", false],
      ["Branch 2", true],
      ["Branch 3", true],
      ["Below", false],
    ]);
    expect(usualPlace(places)?.place).toEqual({ owner: "both", lane: 0, index: 0 });
    expect(usualPlace(placesAt(steps, "if"))?.label).toBe("Below");
    expect(usualPlace(placesAt(steps, null))?.place.index).toBe(4);
    expect(usualPlace(placesAt(steps, "_start"))?.place.index).toBe(0);
  });
});

describe("nearestGap", () => {
  const at = (index: number, x: number, y: number) => ({
    place: { owner: null, lane: 0, index },
    x,
    y,
  });

  it("is the nearest one by height, and none far away", () => {
    const gaps = [at(0, 100, 0), at(1, 100, 100), at(2, 400, 100)];
    expect(nearestGap(gaps, 120, 70)?.index).toBe(1);
    expect(nearestGap(gaps, 300, 90)?.index).toBe(2);
    expect(nearestGap(gaps, 100, 900)).toBeNull();
  });
});
