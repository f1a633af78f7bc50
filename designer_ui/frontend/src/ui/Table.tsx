import type { ComponentProps } from "react";
import { cn } from "./cn";

/** Table parts with one look. Wrap in `TableFrame`, which scrolls on its own on narrow screens. */
export const TableFrame = ({ className, ...props }: ComponentProps<"div">) => (
  <div
    className={cn("scroll-thin overflow-x-auto rounded-xl border bg-card shadow-card", className)}
    {...props}
  />
);

export const Table = ({ className, ...props }: ComponentProps<"table">) => (
  <table className={cn("w-full border-collapse text-left text-[13px]", className)} {...props} />
);

export const TableHead = ({ className, ...props }: ComponentProps<"th">) => (
  <th
    scope="col"
    className={cn(
      "h-9 whitespace-nowrap border-b px-3 font-medium text-muted-foreground text-xs first:pl-4 last:pr-4",
      className,
    )}
    {...props}
  />
);

export const TableRow = ({ className, ...props }: ComponentProps<"tr">) => (
  <tr
    className={cn(
      "border-b transition-colors last:border-0 [tbody_&]:hover:bg-muted/60",
      className,
    )}
    {...props}
  />
);

export const TableCell = ({ className, ...props }: ComponentProps<"td">) => (
  <td className={cn("px-3 py-2.5 align-middle first:pl-4 last:pr-4", className)} {...props} />
);
