import { asGraph, getNode } from "@/graph/document";
import { AvailableData } from "../inspector/AvailableData";
import { ConfigForm } from "../inspector/ConfigForm";
import { NodeSettings } from "../inspector/NodeSettings";
import type { PartSettingsProps } from "../kinds";
import { useDesigner } from "../store/designerStore";
import { GraphStepSettings } from "./GraphStepSettings";
import { NodeConnections } from "./NodeConnections";

/** How a node of a graph is set up: its config, where it leads to, how it waits and fails. */
export function GraphSettings({ part, type }: PartSettingsProps) {
  const node = useDesigner(({ history }) => getNode(asGraph(history.present), part.id));
  if (!node) return null;
  if (node.type === "note") {
    return (
      <>
        <ConfigForm node={node} type={type} />
        <NodeConnections node={node} />
      </>
    );
  }
  return (
    <>
      <ConfigForm node={node} type={type} />
      <AvailableData />
      <NodeConnections node={node} />
      <NodeSettings node={node} type={type}>
        <GraphStepSettings node={node} type={type} />
      </NodeSettings>
    </>
  );
}
