import { cn } from "./cn";

interface ProgressBarProps {
  label: string;
  /** Undefined as long as nobody can say how much it is in all. */
  value: number | undefined;
  max?: number;
  /** The colour of what is done, as the text colour of a status. */
  className?: string;
}

/** How much of something is done. The words for it stand beside it. */
export function ProgressBar({ label, value, max = 1, className }: ProgressBarProps) {
  return (
    <progress
      aria-label={label}
      className={cn("progress-bar", className ?? "text-status-running")}
      value={value}
      max={max}
    />
  );
}
