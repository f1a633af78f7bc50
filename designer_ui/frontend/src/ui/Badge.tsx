import type { ComponentProps } from "react";
import { cn } from "./cn";

export function Badge({ className, ...props }: ComponentProps<"span">) {
  return (
    <span
      className={cn(
        "inline-flex h-5 items-center gap-1 rounded-full border bg-muted px-2 font-medium text-[11px] text-muted-foreground",
        className,
      )}
      {...props}
    />
  );
}
