import { Handle, type NodeProps, Position } from "@xyflow/react";
import { Plus } from "lucide-react";
import { memo } from "react";
import { inputPlace, type PortPlace, placePorts } from "@/graph/geometry";
import { cn } from "@/ui/cn";
import { useCanvas } from "./CanvasContext";
import { CardCorner, CardFace, cardToken } from "./CardFace";
import { familyColor } from "./families";
import { useIsPlain } from "./flow";
import { useNodeStatus } from "./statusStore";
import type { CardNode } from "./toFlow";

interface PortProps {
  nodeId: string;
  nodeTitle: string;
  port: PortPlace;
  isUsed: boolean;
  isReadOnly: boolean;
  /** Too small to read: only the port itself is drawn. */
  isPlain: boolean;
}

function Port({ nodeId, nodeTitle, port, isUsed, isReadOnly, isPlain }: PortProps) {
  const { editing } = useCanvas();
  const isBelow = port.side === "bottom";
  const name = port.label ? `${nodeTitle}: ${port.label}` : nodeTitle;
  return (
    <Handle
      id={port.id}
      type="source"
      position={isBelow ? Position.Bottom : Position.Right}
      isConnectable={!isReadOnly}
      isConnectableEnd={false}
      data-port={port.id}
      data-kind={port.kind}
      className={cn("fd-port", isBelow && "fd-port-catch", isUsed && "fd-port-used")}
      style={{ left: port.x, top: port.y }}
    >
      {!isReadOnly && !isUsed && !isPlain && editing && (
        <button
          type="button"
          tabIndex={-1}
          aria-label={`Add after ${name}`}
          title={isBelow ? port.label : undefined}
          className={cn("fd-stub", isBelow && "fd-stub-catch")}
          onClick={(event) => {
            event.stopPropagation();
            editing.onAddAfter(nodeId, port.id);
          }}
        >
          <Plus aria-hidden strokeWidth={2.5} />
        </button>
      )}
      {isBelow && !isPlain && <span className="fd-catch-label">{port.label || port.id}</span>}
    </Handle>
  );
}

export const NodeCard = memo(function NodeCard({ id, data, selected }: NodeProps<CardNode>) {
  const { node, usedPorts, isReadOnly } = data;
  const isPlain = useIsPlain();
  const status = useNodeStatus(id);
  const ports = placePorts(node.type, node.ports);
  const rows = ports.filter((port) => port.side === "right");
  const used = usedPorts.split(" ");
  const input = inputPlace(node.type);
  const token = cardToken(node, status);
  return (
    <div
      data-node-id={id}
      data-status={status?.status}
      className={cn(
        "fd-card",
        selected && "fd-card-selected",
        status?.status === "skipped" && "fd-card-skipped",
      )}
      style={token ? { borderColor: `var(${token})` } : undefined}
    >
      {input && (
        <Handle
          type="target"
          position={Position.Left}
          isConnectable={!isReadOnly}
          isConnectableStart={false}
          className="fd-input"
          style={{ top: input.y }}
        />
      )}
      {isPlain ? (
        <span aria-hidden className="fd-plain" style={{ background: familyColor(node.family) }} />
      ) : (
        <>
          <CardFace node={node} />
          {rows.length > 1 && (
            <div className="pb-2">
              {rows.map((port) => (
                <div key={port.id} className="fd-port-row">
                  <span className="truncate">{port.label || port.id}</span>
                </div>
              ))}
            </div>
          )}
          <CardCorner node={node} status={status} />
        </>
      )}
      {ports.map((port) => (
        <Port
          key={port.id}
          nodeId={id}
          nodeTitle={node.title}
          port={port}
          isUsed={used.includes(port.id)}
          isReadOnly={isReadOnly}
          isPlain={isPlain}
        />
      ))}
    </div>
  );
});
