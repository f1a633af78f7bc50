import type { ReactNode } from "react";
import { Button, type ButtonProps } from "./Button";
import { Tooltip } from "./Tooltip";

interface IconButtonProps extends Omit<ButtonProps, "aria-label" | "children"> {
  /** Accessible name and tooltip. */
  label: string;
  keys?: string;
  side?: "top" | "right" | "bottom" | "left";
  children: ReactNode;
}

/** A button that shows an icon only; its label is always there for those who ask. */
export function IconButton({
  label,
  keys,
  side,
  variant = "ghost",
  size = "icon",
  ...props
}: IconButtonProps) {
  return (
    <Tooltip label={label} keys={keys} side={side}>
      <Button variant={variant} size={size} aria-label={label} {...props} />
    </Tooltip>
  );
}
