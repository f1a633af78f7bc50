/**
 * The only door to React Flow's internals, so that an upgrade has one place to look at.
 */
import { useStore } from "@xyflow/react";

/** Below this zoom a node is a plain box: text could not be read anyway. */
const PLAIN_BELOW = 0.35;

/** Whether the canvas is so small that details are left out. Changes only when the border is crossed. */
export const useIsPlain = (): boolean => useStore((state) => state.transform[2] < PLAIN_BELOW);

/** Whether a connection is being drawn right now. */
export const useIsConnecting = (): boolean => useStore((state) => state.connection.inProgress);
