import { createContext, useContext } from "react";
import { createStore, type StoreApi, useStore } from "zustand";

/** How a node stands in a run. */
export interface NodeStatus {
  status: string;
  /** Replaces the status word, such as "Waiting for Ana". */
  label?: string;
  /** In small print: "attempt 2 of 3", "3 / 10". */
  detail?: string;
}

export interface StatusState {
  nodes: Readonly<Record<string, NodeStatus>>;
  /** Ids of edges that data truly crossed. */
  crossed: ReadonlySet<string>;
}

export type StatusStore = StoreApi<StatusState>;

/**
 * Statuses live in a store of their own, with one subscription a node: a change of one node draws
 * that node anew and nothing else. Keep the objects of unchanged nodes identical between updates.
 */
export const createStatusStore = (): StatusStore =>
  createStore<StatusState>()(() => ({ nodes: {}, crossed: new Set() }));

const emptyStore = createStatusStore();

export const StatusContext = createContext<StatusStore>(emptyStore);

export const useNodeStatus = (nodeId: string): NodeStatus | undefined =>
  useStore(useContext(StatusContext), (state) => state.nodes[nodeId]);

export const useIsCrossed = (edgeId: string): boolean =>
  useStore(useContext(StatusContext), (state) => state.crossed.has(edgeId));

/** Collects updates and writes them once per animation frame. */
export function batchStatuses(store: StatusStore): (update: Partial<StatusState>) => void {
  let pending: Partial<StatusState> | null = null;
  return (update) => {
    const isScheduled = pending !== null;
    pending = { ...pending, ...update };
    if (isScheduled) return;
    requestAnimationFrame(() => {
      if (pending) store.setState(pending);
      pending = null;
    });
  };
}
