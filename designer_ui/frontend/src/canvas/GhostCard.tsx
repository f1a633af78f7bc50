import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { FamilyIcon } from "./FamilyIcon";
import type { GhostNode } from "./toFlow";

/** Where the next node will land. */
export const GhostCard = memo(function GhostCard({ data }: NodeProps<GhostNode>) {
  const { ghost } = data;
  return (
    <div data-testid="ghost" className="fd-ghost">
      <Handle type="target" position={Position.Left} isConnectable={false} className="fd-input" />
      <FamilyIcon icon={ghost.icon} family={ghost.family} />
      <span className="truncate font-medium text-[13px]">{ghost.title}</span>
    </div>
  );
});
