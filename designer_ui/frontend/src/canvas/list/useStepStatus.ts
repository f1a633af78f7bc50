import { useContext } from "react";
import { useStore } from "zustand";
import { type NodeStatus, StatusContext, type StatusState, useNodeStatus } from "../statusStore";
import { type Crossing, innerIds, type ListStep } from "./model";

const UNDER_WAY = ["queued", "held", "running", "waiting", "retrying"];
const running: NodeStatus = { status: "running" };

/** A step's own status; a parallel one is under way as long as one of its branches is. */
export function useStepStatus(step: ListStep): NodeStatus | undefined {
  const own = useNodeStatus(step.id);
  const isUnderWay = useStore(
    useContext(StatusContext),
    ({ nodes }) =>
      step.shape === "parallel" &&
      innerIds(step).some((id) => UNDER_WAY.includes(nodes[id]?.status ?? "")),
  );
  return own ?? (isUnderWay ? running : undefined);
}

const hasBegun = (status: string | undefined): boolean =>
  status !== undefined && status !== "skipped" && status !== "cancelled";

function isCrossed({ nodes, crossed }: StatusState, { from, to, edge }: Crossing): boolean {
  return (
    (edge !== undefined && crossed.has(edge)) ||
    (to !== undefined && hasBegun(nodes[to]?.status)) ||
    from.some((id) => nodes[id]?.status === "succeeded")
  );
}

/** Whether data truly went along a line. */
export const useHasCrossed = (crossing: Crossing): boolean =>
  useStore(useContext(StatusContext), (state) => isCrossed(state, crossing));
