import { useEffect } from "react";
import { create } from "zustand";
import { chordMatches, isTextEntry } from "./keyboard";

/** One thing that a person can do: it stands in the Ctrl+K palette and, with keys, in the `?` list. */
export interface Command {
  id: string;
  title: string;
  group: string;
  /** Chords such as `Mod+Shift+Z`; the first is the one that is shown. */
  keys?: string[];
  keywords?: string;
  /** Keys also work while the caret stands in a field. */
  isGlobal?: boolean;
  isDisabled?: boolean;
  /** Listed with its keys, but handled elsewhere. */
  isListedOnly?: boolean;
  run: (event?: KeyboardEvent) => void;
}

/** A command of the canvas in the middle of the designer. */
export const canvasCommand = (
  id: string,
  title: string,
  keys: string[],
  run: () => void,
): Command => ({ id: `designer.${id}`, title, group: "Canvas", keys, run });

/** Keys that the canvas handles itself, for the `?` list. */
export const listedCommand = (id: string, title: string, keys: string[]): Command => ({
  ...canvasCommand(id, title, keys, () => {}),
  isListedOnly: true,
});

interface CommandState {
  sources: Record<string, readonly Command[]>;
  isPaletteOpen: boolean;
  isShortcutListOpen: boolean;
  register: (source: string, commands: readonly Command[]) => () => void;
  setPaletteOpen: (isOpen: boolean) => void;
  setShortcutListOpen: (isOpen: boolean) => void;
}

export const useCommandStore = create<CommandState>()((set) => ({
  sources: {},
  isPaletteOpen: false,
  isShortcutListOpen: false,
  register: (source, commands) => {
    set((state) => ({ sources: { ...state.sources, [source]: commands } }));
    return () =>
      set((state) => {
        const { [source]: _gone, ...sources } = state.sources;
        return { sources };
      });
  },
  setPaletteOpen: (isPaletteOpen) => set({ isPaletteOpen }),
  setShortcutListOpen: (isShortcutListOpen) => set({ isShortcutListOpen }),
}));

/** Offers commands while the calling component is mounted. Memoise the list. */
export function useCommands(source: string, commands: readonly Command[]): void {
  const register = useCommandStore((state) => state.register);
  useEffect(() => register(source, commands), [register, source, commands]);
}

function findCommand(event: KeyboardEvent): Command | undefined {
  const isTyping = isTextEntry(event.target);
  const isInDialog = document.querySelector("[role=dialog][data-state=open]") !== null;
  return Object.values(useCommandStore.getState().sources)
    .flat()
    .find(
      (command) =>
        !command.isDisabled &&
        !command.isListedOnly &&
        !isInDialog &&
        (command.isGlobal || !isTyping) &&
        command.keys?.some((chord) => chordMatches(chord, event)),
    );
}

/**
 * Runs the command whose keys were pressed. Returns how to stop listening.
 *
 * An open tooltip takes Esc for itself (Radix); to the person it is not there, so the key is still
 * for the page.
 */
export function listenForCommands(): () => void {
  let isTakenByTooltip = false;
  const onKeyDownFirst = (event: KeyboardEvent) => {
    isTakenByTooltip = event.key === "Escape" && document.querySelector("[role=tooltip]") !== null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented && !isTakenByTooltip) return;
    const command = findCommand(event);
    if (!command) return;
    event.preventDefault();
    command.run(event);
  };
  window.addEventListener("keydown", onKeyDownFirst, { capture: true });
  window.addEventListener("keydown", onKeyDown);
  return () => {
    window.removeEventListener("keydown", onKeyDownFirst, { capture: true });
    window.removeEventListener("keydown", onKeyDown);
  };
}
