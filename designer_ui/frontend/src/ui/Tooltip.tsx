import { Tooltip as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { Keycaps } from "./Keycaps";

interface TooltipProps {
  label: ReactNode;
  /** Chord that does the same, such as `Mod+Z`. */
  keys?: string;
  side?: "top" | "right" | "bottom" | "left";
  children: ReactElement;
}

export const TooltipProvider = ({ children }: { children: ReactNode }) => (
  <Radix.Provider delayDuration={350} skipDelayDuration={200}>
    {children}
  </Radix.Provider>
);

export function Tooltip({ label, keys, side = "bottom", children }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-60 flex max-w-72 animate-in items-center gap-2 rounded-md bg-foreground px-2 py-1 text-background text-xs shadow-raised"
        >
          {label}
          {keys && <Keycaps chord={keys} className="opacity-80" isInverted />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
