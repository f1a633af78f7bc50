import { asGraph } from "@/graph/document";
import { hasInput } from "@/graph/ports";
import type { NodeType, WorkflowNode } from "@/graph/types";
import { Checkbox, Field, Input, Select } from "@/ui/Field";
import { MemoSettings } from "../inspector/MemoSettings";
import { useDesigner, useDesignerStore } from "../store/designerStore";
import { PolicySettings } from "./PolicySettings";

const joinModes = [
  { value: "active", label: "All that are still coming" },
  { value: "all", label: "All of them" },
  { value: "any", label: "The first one" },
  { value: "count", label: "A number of them" },
  { value: "each", label: "None: run for each that arrives" },
];

function JoinSettings({ node }: { node: WorkflowNode }) {
  const store = useDesignerStore();
  const { join } = node;
  const save = (change: Partial<WorkflowNode["join"]>) =>
    store.getState().perform({
      kind: "edit-node",
      nodeId: node.id,
      patch: { join: { ...join, ...change } },
    });
  return (
    <div className="grid grid-cols-2 gap-3">
      <Field label="Wait for incoming paths" className="col-span-2">
        {(ids) => (
          <Select
            {...ids}
            value={join?.mode ?? "active"}
            options={joinModes}
            onValueChange={(mode) =>
              save({
                mode: mode as WorkflowNode["join"]["mode"],
                count: mode === "count" ? (join?.count ?? 2) : null,
                rest: mode === "each" ? "absorb" : join?.rest,
              })
            }
          />
        )}
      </Field>
      {join?.mode === "count" && (
        <Field label="How many">
          {(ids) => (
            <Input
              {...ids}
              type="number"
              min={1}
              value={join.count ?? ""}
              onChange={(event) => save({ count: Math.max(1, event.target.valueAsNumber || 1) })}
            />
          )}
        </Field>
      )}
      {(join?.mode === "any" || join?.mode === "count") && (
        <Field label="The others">
          {(ids) => (
            <Select
              {...ids}
              value={join.rest ?? "absorb"}
              options={[
                { value: "absorb", label: "Run to their end" },
                { value: "cancel", label: "Are cancelled" },
              ]}
              onValueChange={(rest) => save({ rest: rest as WorkflowNode["join"]["rest"] })}
            />
          )}
        </Field>
      )}
    </div>
  );
}

interface GraphStepSettingsProps {
  node: WorkflowNode;
  type: NodeType | undefined;
}

/** What only nodes of a graph have: how they wait for several paths, and whether they go on after a failure. */
export function GraphStepSettings({ node, type }: GraphStepSettingsProps) {
  const store = useDesignerStore();
  const incoming = useDesigner(
    (state) =>
      asGraph(state.history.present).edges.filter((edge) => edge.target === node.id).length,
  );
  const edit = (patch: Partial<Omit<WorkflowNode, "id">>) =>
    store.getState().perform({ kind: "edit-node", nodeId: node.id, patch });
  const canFail = type?.ports.some((port) => port.kind === "error") ?? true;
  return (
    <>
      {incoming > 1 && <JoinSettings node={node} />}
      {canFail && (
        <Checkbox
          label="Go on when this step fails (its output is then empty)"
          checked={node.on_error === "continue"}
          onCheckedChange={(goesOn) => edit({ on_error: goesOn ? "continue" : "fail" })}
        />
      )}
      {type?.execution === "worker" && (
        <MemoSettings memo={node.memo} onChange={(memo) => edit({ memo })} />
      )}
      {hasInput(node.type) && <PolicySettings node={node} onChange={edit} />}
    </>
  );
}
