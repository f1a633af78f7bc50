import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { RunState, RunStore } from "@/live/runStore";

export const RunContext = createContext<RunStore | null>(null);

export function useRunStore(): RunStore {
  const store = useContext(RunContext);
  if (!store) {
    throw new Error("useRunStore needs a RunContext above it.");
  }
  return store;
}

/** A part of the run that is followed on this page. */
export function useRun<T>(select: (state: RunState) => T): T {
  return useStore(useRunStore(), select);
}
