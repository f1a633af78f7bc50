import { useMutation } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { api, unwrap } from "@/api/client";
import { messageOf } from "@/api/problem";
import type { FailureDrill } from "@/api/types";
import { createStatusStore, type NodeStatus } from "@/canvas/statusStore";
import { useDesignerStore, useDocument } from "../store/designerStore";

const ORDINALS = ["1st", "2nd", "3rd"];

/** What the cards say in a drill: the step fails, and what undoes is numbered in its order. */
function statusesOf(stepId: string, drill: FailureDrill): Record<string, NodeStatus> {
  const statuses: Record<string, NodeStatus> = { [stepId]: { status: "failed", label: "Fails" } };
  for (const [index, group] of drill.groups.entries()) {
    for (const undo of group) {
      statuses[undo.node_id] = {
        status: "compensated",
        label: `Undone ${ORDINALS[index] ?? `${index + 1}th`}`,
      };
    }
  }
  return statuses;
}

/** "If “Charge” fails, 2 are undone." */
function textOf(title: string, drill: FailureDrill): string {
  if (drill.outcome === "needs_attention") {
    return `If “${title}” fails for good, nothing is undone: a person is asked how to go on.`;
  }
  const count = drill.groups.flat().length;
  if (count === 0) return `If “${title}” fails, there is nothing to undo.`;
  return `If “${title}” fails, ${count === 1 ? "1 step is" : `${count} steps are`} undone, in the order shown.`;
}

/** The failure drill: pick a step, and see what would be undone in which order. */
export function useDrill() {
  const store = useDesignerStore();
  const document = useDocument();
  const [isOn, setIsOn] = useState(false);
  const [statuses] = useState(createStatusStore);
  const { mutate, reset, data, error } = useMutation({
    mutationFn: async (step: { id: string; title: string }) => ({
      step,
      drill: await unwrap(
        api.POST("/api/v1/failure-drill", {
          body: { step_id: step.id, document: { ...store.getState().history.present } },
        }),
      ),
    }),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another document needs another drill
  useEffect(() => reset(), [document, reset]);
  useEffect(() => {
    statuses.setState({ nodes: data ? statusesOf(data.step.id, data.drill) : {} });
  }, [statuses, data]);
  return useMemo(
    () => ({
      isOn,
      statuses,
      pick: mutate,
      setOn: (next: boolean) => {
        reset();
        setIsOn(next);
      },
      text: data
        ? textOf(data.step.title, data.drill)
        : error
          ? messageOf(error)
          : "Pick the step that is to fail.",
    }),
    [isOn, statuses, mutate, reset, data, error],
  );
}
