import type { ReactNode } from "react";
import { Button } from "@/ui/Button";
import { cn } from "@/ui/cn";

interface EmptyListProps {
  icon: ReactNode;
  title: string;
  /** How one begins, for those who can draw. */
  hint: string;
  isReadOnly: boolean;
  addLabel?: string;
  onAdd: () => void;
  /** Keeps it clear of what is drawn already. */
  className: string;
}

/** What stands on a canvas without steps. */
export function EmptyList({
  icon,
  title,
  hint,
  isReadOnly,
  addLabel = "Add the first step",
  onAdd,
  className,
}: EmptyListProps) {
  return (
    <div className="pointer-events-none absolute inset-0 grid place-items-center p-6">
      <div
        className={cn(
          "max-w-sm rounded-2xl border bg-card/90 px-8 py-7 text-center shadow-raised",
          className,
        )}
      >
        {icon}
        <h2 className="font-semibold text-base">{title}</h2>
        <p className="mt-1 mb-4 text-muted-foreground text-sm">
          {isReadOnly ? "Open it on a larger screen to draw." : hint}
        </p>
        {!isReadOnly && (
          <Button variant="primary" className="pointer-events-auto" onClick={onAdd}>
            {addLabel}
          </Button>
        )}
      </div>
    </div>
  );
}
