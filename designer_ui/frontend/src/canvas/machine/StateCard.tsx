import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { cn } from "@/ui/cn";
import { CardCorner, cardToken } from "../CardFace";
import { iconFor } from "../families";
import { type NodeStatus, useNodeStatus } from "../statusStore";
import type { StateBox, StateRow } from "./drawing";
import { useMachine } from "./MachineContext";
import { ActionButton, WayText } from "./PartButton";
import { stateContent } from "./stateContent";

export type StateNode = Node<{ state: StateBox }, "state">;

/** Words of a state's own for how it stands. */
function wordsFor(state: StateBox, status: NodeStatus | undefined): NodeStatus | undefined {
  if (status?.status !== "succeeded") return status;
  return { ...status, label: state.kind === "final" ? "Reached" : "Left" };
}

/** Edges are drawn along points of their own; React Flow wants to know where they could end. */
function Ends() {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} className="fd-end" />
      <Handle type="source" position={Position.Right} isConnectable={false} className="fd-end" />
    </>
  );
}

/** What is done there, on entry, on exit, or on an event that leads nowhere else. */
function Row({ state, row }: { state: StateBox; row: StateRow }) {
  const isOwn = row.id === "entry" || row.id === "exit";
  return (
    <div className="fd-state-row">
      {isOwn ? (
        <span className="shrink-0 text-muted-foreground">{row.when}</span>
      ) : (
        <WayText
          id={row.id}
          text={row.when}
          label={`Transition ${row.when}, within ${state.title}`}
        />
      )}
      {row.actions.map((action) => (
        <ActionButton key={action.id} action={action} hasTitle />
      ))}
    </div>
  );
}

/** A state as a box: its title, what it does, and room for the states in it. */
export const StateCard = memo(function StateCard({ id, data, selected }: NodeProps<StateNode>) {
  const { state } = data;
  const status = wordsFor(state, useNodeStatus(id));
  const { isEdited, marksOf, landing } = useMachine();
  const content = { ...stateContent(state), ...marksOf(id) };
  const mayLead = state.kind !== "final";
  const token = cardToken(content, status);
  const isBare = state.rows.length === 0 && !state.hasChildren;
  const Icon = iconFor(state.icon, "flow");
  return (
    <div
      data-node-id={id}
      data-status={status?.status}
      data-kind={state.kind}
      className={cn(
        "fd-card fd-state",
        state.kind === "final" && "fd-state-final",
        state.kind === "history" && "fd-state-history",
        state.isRegion && "fd-state-region",
        state.hasChildren && "fd-state-outer",
        state.isInitial && "fd-state-initial",
        landing === id && "fd-state-landing",
        selected && "fd-card-selected",
      )}
      style={token ? { borderColor: `var(${token})` } : undefined}
    >
      <Ends />
      {isEdited && mayLead && (
        <Handle type="source" id="draw" position={Position.Right} className="fd-draw" />
      )}
      {state.kind === "history" ? (
        <Icon role="img" aria-label={content.typeTitle} className="size-5" />
      ) : (
        <>
          <div className={cn("fd-state-head", isBare && "h-full")}>
            <Icon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
            <span className="truncate font-semibold text-[14px]">{state.title}</span>
            {content.isChanged && (
              <span
                role="img"
                aria-label="Changed since it was published"
                title="Changed since it was published"
                className="size-1.5 shrink-0 rounded-full bg-primary"
              />
            )}
            {state.hasChildren && (
              <span className="truncate text-[12px] text-muted-foreground">
                {content.typeTitle}
              </span>
            )}
          </div>
          {state.rows.map((row) => (
            <Row key={row.id} state={state} row={row} />
          ))}
          <CardCorner node={content} status={status} />
        </>
      )}
    </div>
  );
});
