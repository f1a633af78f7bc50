import { useCallback } from "react";
import { rulesOf } from "@/documents/rules";
import { portsOf } from "@/graph/ports";
import type { JsonObject, WorkflowNode } from "@/graph/types";
import { useDesignerStore } from "../store/designerStore";

export type EditConfig = (patch: JsonObject, renamedPorts?: Record<string, string>) => void;

/** Changes config fields of a node. Edges of outputs that vanish with the change go with them. */
export function useEditConfig(nodeId: string): EditConfig {
  const store = useDesignerStore();
  return useCallback(
    (patch, renamedPorts = {}) => {
      const { history, catalog, perform } = store.getState();
      const node = rulesOf(history.present)
        .partsOf(history.present)
        .find((each) => each.id === nodeId);
      if (!node) return;
      const config: WorkflowNode["config"] = { ...node.config, ...patch };
      for (const [name, value] of Object.entries(patch)) {
        if (value === undefined) delete config[name];
      }
      const before = portsOf(catalog, node).map((port) => port.id);
      const after = new Set(portsOf(catalog, { type: node.type, config }).map((port) => port.id));
      const removedPorts = before.filter((id) => !after.has(id) && !(id in renamedPorts));
      perform({ kind: "edit-node", nodeId, patch: { config }, renamedPorts, removedPorts });
    },
    [store, nodeId],
  );
}
