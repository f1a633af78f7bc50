import type { ReactNode } from "react";
import type { CanvasAction } from "@/api/types";
import { cn } from "@/ui/cn";
import { statusLook } from "@/ui/status";
import { iconFor } from "../families";
import { useNodeStatus } from "../statusStore";
import { useMachine } from "./MachineContext";

interface PartButtonProps {
  id: string;
  /** In words, with how it stands. */
  label: string;
  status?: string;
  className: string;
  children: ReactNode;
}

/** A transition or an action: a press selects it, where parts can be selected. */
function PartButton({ id, label, status, className, children }: PartButtonProps) {
  const { selection, onSelect, onOpen, marksOf } = useMachine();
  if (!onSelect) {
    return (
      <span className={className} title={label}>
        {children}
      </span>
    );
  }
  const { problemCount = 0, problemText } = marksOf(id);
  return (
    <button
      type="button"
      className={cn(className, "fd-part nodrag nopan", problemCount > 0 && "fd-part-wrong")}
      data-node-id={id}
      data-status={status}
      aria-label={problemText ? `${label}, ${problemText}` : label}
      title={problemText ?? label}
      aria-pressed={selection.has(id)}
      onClick={(event) => {
        event.stopPropagation();
        onSelect(id);
      }}
      onDoubleClick={(event) => {
        event.stopPropagation();
        onOpen?.(id);
      }}
    >
      {children}
    </button>
  );
}

/** Something that a machine does on its way, with how it stands. */
export function ActionButton({ action, hasTitle }: { action: CanvasAction; hasTitle?: boolean }) {
  const status = useNodeStatus(action.id);
  const look = status && statusLook(status.status);
  const Icon = look?.icon ?? iconFor(action.icon, "code");
  const label = look ? `${action.title}, ${look.label.toLowerCase()}` : action.title;
  return (
    <PartButton id={action.id} label={label} status={status?.status} className="fd-action">
      <Icon
        aria-hidden
        className={cn("size-3.5 shrink-0", look?.isSpinning && "animate-spin")}
        style={look ? { color: `var(${look.token})` } : undefined}
      />
      <span className={hasTitle ? "truncate" : "sr-only"}>{action.title}</span>
    </PartButton>
  );
}

interface WayTextProps {
  /** Of the transition. */
  id: string;
  text: string;
  /** "Transition pay from Pending". */
  label: string;
}

/** What is written on a transition; where the machine is edited, a press selects it. */
export function WayText({ id, text, label }: WayTextProps) {
  const { isEdited } = useMachine();
  if (!isEdited) {
    return (
      <span className="truncate" title={text}>
        {text}
      </span>
    );
  }
  return (
    <PartButton id={id} label={label} className="fd-way">
      <span className="truncate">{text}</span>
    </PartButton>
  );
}
