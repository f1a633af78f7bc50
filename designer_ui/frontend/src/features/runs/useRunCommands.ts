import { useMemo } from "react";
import { useLocation } from "wouter";
import type { RunDetail } from "@/api/types";
import { type Command, useCommands } from "@/app/commands";

/** What the keyboard and the command palette can do on a run's page. */
export function useRunCommands(run: RunDetail, isNodeShown: boolean, closeNode: () => void): void {
  const [, navigate] = useLocation();
  const commands = useMemo<Command[]>(
    () => [
      {
        id: "run.close-node",
        title: "Close the node",
        group: "Run",
        keys: ["Escape"],
        isDisabled: !isNodeShown,
        run: closeNode,
      },
      {
        id: "run.workflow",
        title: "Open the workflow of this run",
        group: "Run",
        run: () => navigate(`/workflows/${run.workflow.id}`),
      },
      {
        id: "run.siblings",
        title: "Show all runs of this workflow",
        group: "Run",
        run: () => navigate(`/runs?workflow=${run.workflow.id}`),
      },
    ],
    [run.workflow.id, isNodeShown, closeNode, navigate],
  );
  useCommands("run", commands);
}
