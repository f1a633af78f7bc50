import type { ReactNode } from "react";
import { cn } from "./cn";
import { statusLook } from "./status";

interface StatusBadgeProps {
  status: string;
  /** Replaces the word, such as "Waiting for Ana". */
  children?: ReactNode;
  className?: string;
}

/** A status as colour, icon and word. */
export function StatusBadge({ status, children, className }: StatusBadgeProps) {
  const look = statusLook(status);
  const Icon = look.icon;
  return (
    <span
      data-status={status}
      className={cn(
        "inline-flex h-6 max-w-full items-center gap-1.5 rounded-full border px-2 font-medium text-xs",
        className,
      )}
      style={{
        color: `var(${look.token})`,
        borderColor: `color-mix(in oklab, var(${look.token}) 35%, transparent)`,
        background: `color-mix(in oklab, var(${look.token}) 6%, var(--card))`,
      }}
    >
      <Icon aria-hidden className={cn("size-3.5 shrink-0", look.isSpinning && "animate-spin")} />
      <span className="truncate">{children ?? look.label}</span>
    </span>
  );
}
