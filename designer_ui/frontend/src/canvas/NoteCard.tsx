import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { cn } from "@/ui/cn";
import type { CardNode } from "./toFlow";

/** A remark on the canvas. */
export const NoteCard = memo(function NoteCard({ id, data, selected }: NodeProps<CardNode>) {
  return (
    <div data-node-id={id} className={cn("fd-note scroll-thin", selected && "fd-card-selected")}>
      <p className="whitespace-pre-wrap break-words">{data.node.text || "Empty note"}</p>
    </div>
  );
});
