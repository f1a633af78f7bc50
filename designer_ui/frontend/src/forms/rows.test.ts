import { describe, expect, it } from "vitest";
import { asksForRows, countOf, formatSize, isUploadRef, takesList } from "./rows";

describe("an input of rows", () => {
  it("is known by its widget, or by taking nothing but an upload", () => {
    expect(asksForRows({ type: ["array", "object"], "x-widget": "rows" })).toBe(true);
    expect(asksForRows({ type: "object", properties: { upload: { type: "string" } } })).toBe(true);
    expect(asksForRows({ type: "object", properties: { name: { type: "string" } } })).toBe(false);
    expect(asksForRows({ type: "array" })).toBe(false);
  });

  it("may be a list where its type has arrays", () => {
    expect(takesList({ type: ["array", "object"] })).toBe(true);
    expect(takesList({ type: "object" })).toBe(false);
  });

  it("names a file by its upload", () => {
    expect(isUploadRef({ upload: "7f0c" })).toBe(true);
    expect(isUploadRef([{ upload: "7f0c" }])).toBe(false);
    expect(isUploadRef(null)).toBe(false);
  });
});

describe("figures of a file", () => {
  it("counts in words", () => {
    expect(countOf(1, "row")).toBe("1 row");
    expect(countOf(3376, "row")).toBe("3,376 rows");
  });

  it("tells sizes in three digits at most", () => {
    expect(formatSize(1)).toBe("1 byte");
    expect(formatSize(999)).toBe("999 bytes");
    expect(formatSize(1_234)).toBe("1.2 kB");
    expect(formatSize(205_365)).toBe("205 kB");
    expect(formatSize(12_000_000)).toBe("12 MB");
    expect(formatSize(5_000_000_000_000)).toBe("5000 GB");
  });
});
