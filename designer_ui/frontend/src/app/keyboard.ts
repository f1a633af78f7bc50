const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

type Chord = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">;

/** Whether the event is the chord, written such as `Mod+Shift+Z`, `Alt+ArrowUp`, `Shift+Digit1` or `?`. */
export function chordMatches(chord: string, event: Chord): boolean {
  const parts = chord.split("+");
  const key = parts.pop() || "+";
  const wantsMod = parts.includes("Mod");
  const wantsShift = parts.includes("Shift");
  if ((event.ctrlKey || event.metaKey) !== wantsMod) return false;
  if (event.altKey !== parts.includes("Alt")) return false;
  if (key.startsWith("Digit")) return event.code === key && event.shiftKey === wantsShift;
  // A symbol such as `?` may need Shift on one keyboard and not on another.
  const isSymbol = key.length === 1 && !/[a-z0-9]/i.test(key);
  if (!isSymbol && event.shiftKey !== wantsShift) return false;
  return event.key.toLowerCase() === key.toLowerCase();
}

/** Whether keys typed at the target become text. */
export function isTextEntry(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  return (
    target instanceof HTMLInputElement &&
    !["checkbox", "radio", "button", "submit", "range"].includes(target.type)
  );
}

const names: Record<string, string> = {
  Mod: isMac ? "⌘" : "Ctrl",
  Shift: isMac ? "⇧" : "Shift",
  Alt: isMac ? "⌥" : "Alt",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  Delete: "Del",
  Digit1: "1",
};

/** The chord as keycaps. */
export function keycapsOf(chord: string): string[] {
  return chord
    .split("+")
    .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}
