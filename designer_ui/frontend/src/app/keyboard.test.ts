import { describe, expect, it } from "vitest";
import { chordMatches, keycapsOf } from "./keyboard";

const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  code: more.code ?? "",
  ctrlKey: more.ctrlKey ?? false,
  metaKey: more.metaKey ?? false,
  shiftKey: more.shiftKey ?? false,
  altKey: more.altKey ?? false,
});

describe("chordMatches", () => {
  it("takes Ctrl and ⌘ alike, and tells Shift apart", () => {
    expect(chordMatches("Mod+Z", press("z", { ctrlKey: true }))).toBe(true);
    expect(chordMatches("Mod+Z", press("z", { metaKey: true }))).toBe(true);
    expect(chordMatches("Mod+Z", press("Z", { ctrlKey: true, shiftKey: true }))).toBe(false);
    expect(chordMatches("Mod+Shift+Z", press("Z", { ctrlKey: true, shiftKey: true }))).toBe(true);
  });

  it("finds digits by their place on any keyboard", () => {
    expect(chordMatches("Shift+Digit1", press("!", { code: "Digit1", shiftKey: true }))).toBe(true);
    expect(chordMatches("Shift+Digit1", press("1", { code: "Digit1" }))).toBe(false);
  });

  it("asks for no Shift where a symbol needs it", () => {
    expect(chordMatches("?", press("?", { shiftKey: true }))).toBe(true);
    expect(chordMatches("/", press("/"))).toBe(true);
    expect(chordMatches("/", press("/", { ctrlKey: true }))).toBe(false);
  });

  it("draws keycaps", () => {
    expect(keycapsOf("Shift+ArrowUp")).toEqual(["Shift", "↑"]);
    expect(keycapsOf("Delete")).toEqual(["Del"]);
  });
});
