import { cn } from "@/ui/cn";
import { familyColor, iconFor } from "./families";

interface FamilyIconProps {
  icon: string;
  family: string;
  className?: string;
}

/** The icon of a node type on a tile in its family's colour. */
export function FamilyIcon({ icon, family, className }: FamilyIconProps) {
  const Icon = iconFor(icon, family);
  const color = familyColor(family);
  return (
    <span
      aria-hidden
      className={cn("grid size-9 shrink-0 place-items-center rounded-lg", className)}
      style={{ color, background: `color-mix(in oklab, ${color} 13%, var(--card))` }}
    >
      <Icon className="size-[55%]" strokeWidth={2} />
    </span>
  );
}
