import { ChevronRight, Trash2 } from "lucide-react";
import { planConnection } from "@/graph/connect";
import { asGraph, getNode } from "@/graph/document";
import { portsOf, titleOf } from "@/graph/ports";
import type { WorkflowNode } from "@/graph/types";
import { Select } from "@/ui/Field";
import { IconButton } from "@/ui/IconButton";
import { useDesigner, useDesignerStore, useDocument } from "../store/designerStore";
import { connect } from "./actions";

/** Where the node leads to, by output: the way to wire and unwire with the keyboard alone. */
export function NodeConnections({ node }: { node: WorkflowNode }) {
  const store = useDesignerStore();
  const document = asGraph(useDocument());
  const catalog = useDesigner((state) => state.catalog);
  const edges = document.edges.filter((edge) => edge.source === node.id);
  const title = (id: string) => {
    const found = getNode(document, id);
    return found ? titleOf(catalog, found) : id;
  };
  const remove = (edgeId: string) =>
    store.getState().perform({ kind: "delete", nodeIds: [], edgeIds: [edgeId] });
  const goals = (port: string) =>
    document.nodes.filter(
      (other) =>
        planConnection(document, catalog, { source: node.id, port, target: other.id }).edge,
    );
  const ports = portsOf(catalog, node);
  if (ports.length === 0) return null;
  return (
    <details className="group border-t">
      <summary className="flex cursor-pointer list-none items-center gap-1.5 px-4 py-2.5 font-medium text-[13px] hover:bg-muted">
        <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
        Connections
        <span className="ml-auto text-muted-foreground text-xs tabular">{edges.length}</span>
      </summary>
      <div className="space-y-3 px-4 pb-4">
        {ports.map((port) => {
          const name = port.label || "Next";
          return (
            <section key={port.id} aria-label={`Connections of ${name}`} className="space-y-1.5">
              <h4 className="text-[11.5px] text-muted-foreground">{name}</h4>
              {edges
                .filter((edge) => edge.source_port === port.id)
                .map((edge) => (
                  <div key={edge.id} className="flex items-center gap-2 text-[13px]">
                    <span className="min-w-0 flex-1 truncate">→ {title(edge.target)}</span>
                    <IconButton
                      label={`Remove the connection to ${title(edge.target)}`}
                      size="icon-sm"
                      onClick={() => remove(edge.id)}
                    >
                      <Trash2 />
                    </IconButton>
                  </div>
                ))}
              <Select
                aria-label={`Connect ${name} to`}
                value=""
                options={[
                  { value: "", label: "Connect to…" },
                  ...goals(port.id).map((goal) => ({
                    value: goal.id,
                    label: `${titleOf(catalog, goal)} (${goal.id})`,
                  })),
                ]}
                onValueChange={(target) => {
                  if (target) connect(store, node.id, port.id, target);
                }}
              />
            </section>
          );
        })}
      </div>
    </details>
  );
}
