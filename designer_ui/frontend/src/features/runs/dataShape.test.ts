import { describe, expect, it } from "vitest";
import { shapeOf, summaryOf, textOf } from "./dataShape";

describe("shapeOf", () => {
  it("reads objects as fields and alike objects as a table", () => {
    expect(shapeOf({ a: 1 })).toEqual({ kind: "fields", fields: [["a", 1]] });
    expect(shapeOf([{ a: 1 }, { a: 2, b: 3 }])).toMatchObject({
      kind: "table",
      columns: ["a", "b"],
    });
    expect(shapeOf([1, "x"])).toEqual({ kind: "list", items: [1, "x"] });
  });

  it("takes empty things for nothing", () => {
    for (const value of [null, undefined, {}, []]) {
      expect(shapeOf(value)).toEqual({ kind: "nothing" });
    }
  });

  it("does not squeeze wide rows into a table", () => {
    const wide = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`c${index}`, index]));
    expect(shapeOf([wide]).kind).toBe("list");
  });
});

describe("words for values", () => {
  it.each([
    [true, "Yes"],
    [820.5, "820.5"],
    [1234567, "1,234,567"],
    [2026, "2026"],
    ["text", "text"],
  ])("%s reads %s", (value, words) => {
    expect(textOf(value)).toBe(words);
  });

  it("summarise what has parts", () => {
    expect(summaryOf([{ a: 1 }, { a: 2 }])).toBe("2 items");
    expect(summaryOf({ a: 1, b: "x" })).toBe("a: 1, b: x");
    expect(summaryOf({ a: { b: 1 } })).toBe("1 field");
    expect(summaryOf(null)).toBe("none");
  });
});
