import type { RunDetail } from "@/api/types";
import { isActive, type NodeView } from "@/live/types";

/** What a machine is doing, as its node runs tell. */
export interface MachineStanding {
  /** The active states, in the order of the drawing. */
  readonly states: readonly string[];
  /** The events that it takes now, as its transitions name them: `pay`, `pay.*`, `*`. */
  readonly events: readonly string[];
  /** Actions run: events wait until they are done. */
  readonly isActing: boolean;
}

/** The browser's half of the snapshot's `machine`: a state is active while it waits for events. */
export function standingOf(
  canvas: RunDetail["canvas"],
  latest: Readonly<Record<string, NodeView>>,
): MachineStanding {
  const active = Object.values(latest).filter((node) => isActive(node.status));
  const states = canvas.nodes
    .map((node) => latest[node.id])
    .filter((node) => node?.status === "waiting");
  return {
    states: states.flatMap((node) => node?.node_id ?? []),
    events: [...new Set(states.flatMap((node) => node?.waiting?.for ?? []))],
    isActing: states.length < active.length,
  };
}

/** "Order paid" for `order.paid`; "Order …" for all that begin so. */
export function eventTitle(descriptor: string): string {
  if (descriptor === "*") return "Another event";
  const words = descriptor.replace(/\.\*$/, " …").replace(/[._-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether a person still has to say which event it is. */
export const isOpenName = (descriptor: string): boolean => descriptor.endsWith("*");
