import { Trash2, X } from "lucide-react";
import { asGraph, getNode } from "@/graph/document";
import { portsOf, titleOf } from "@/graph/ports";
import type { Edge } from "@/graph/types";
import { Field, Input } from "@/ui/Field";
import { IconButton } from "@/ui/IconButton";
import { deleteSelected } from "../selectionActions";
import { useDesigner, useDesignerStore, useDocument } from "../store/designerStore";

function useSelectedEdge(): Edge | undefined {
  return useDesigner(({ selection, history }) => {
    const [id] = selection.edges;
    const isOnly = selection.edges.size === 1 && selection.nodes.size === 0;
    return isOnly ? asGraph(history.present).edges.find((edge) => edge.id === id) : undefined;
  });
}

/** The few settings of a connection, shown while it is the only thing selected. */
export function EdgeInspector() {
  const store = useDesignerStore();
  const document = asGraph(useDocument());
  const catalog = useDesigner((state) => state.catalog);
  const edge = useSelectedEdge();
  const source = edge && getNode(document, edge.source);
  const target = edge && getNode(document, edge.target);
  if (!edge || !source || !target) return null;
  const port = portsOf(catalog, source).find((each) => each.id === edge.source_port);
  const edit = (patch: Partial<Omit<Edge, "id">>) =>
    store.getState().perform({ kind: "edit-edge", edgeId: edge.id, patch });
  const from = titleOf(catalog, source) + (port?.label ? `: ${port.label}` : "");
  return (
    <aside
      aria-label="Settings of the connection"
      className="absolute top-3 right-3 z-10 w-80 max-w-[calc(100%-1.5rem)] animate-in rounded-xl border bg-card shadow-overlay"
    >
      <div className="flex items-start gap-2 border-b px-4 py-2.5">
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold text-[13px]">{edge.loop ? "Loop" : "Connection"}</h2>
          <p className="truncate text-[11.5px] text-muted-foreground">
            {from} → {titleOf(catalog, target)}
          </p>
        </div>
        <IconButton
          label="Delete"
          keys="Delete"
          size="icon-sm"
          onClick={() => deleteSelected(store)}
        >
          <Trash2 />
        </IconButton>
        <IconButton
          label="Close"
          keys="Escape"
          size="icon-sm"
          onClick={() => store.getState().selectNodes([])}
        >
          <X />
        </IconButton>
      </div>
      <div className="space-y-4 px-4 py-3">
        <Field label="Label">
          {(ids) => (
            <Input
              {...ids}
              value={edge.label}
              maxLength={200}
              onChange={(event) => edit({ label: event.target.value })}
            />
          )}
        </Field>
        {edge.loop && (
          <Field
            label="At most this many times"
            hint="After that the run fails with a clear error."
          >
            {(ids) => (
              <Input
                {...ids}
                type="number"
                min={1}
                max={100_000}
                value={edge.max_iterations}
                onChange={(event) =>
                  edit({ max_iterations: Math.max(1, Math.round(event.target.valueAsNumber || 1)) })
                }
              />
            )}
          </Field>
        )}
      </div>
    </aside>
  );
}
