import { keycapsOf } from "@/app/keyboard";
import { cn } from "./cn";

interface KeycapsProps {
  chord: string;
  className?: string;
  isInverted?: boolean;
}

/** A chord such as `Mod+Z`, drawn as keys. */
export function Keycaps({ chord, className, isInverted }: KeycapsProps) {
  return (
    <span className={cn("inline-flex items-center gap-0.5", className)}>
      {keycapsOf(chord).map((cap) => (
        <kbd
          key={cap}
          className={cn(
            "inline-flex h-4.5 min-w-4.5 items-center justify-center rounded border px-1 font-sans text-[10.5px] leading-none",
            isInverted ? "border-background/30" : "border-border bg-muted text-muted-foreground",
          )}
        >
          {cap}
        </kbd>
      ))}
    </span>
  );
}
