import { ChevronRight } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { rulesOf } from "@/documents/rules";
import type { Part } from "@/documents/types";
import { isNodeId } from "@/graph/ids";
import type { NodeType } from "@/graph/types";
import { Field, Input } from "@/ui/Field";
import { useDesignerStore, useDocument } from "../store/designerStore";
import { RetrySettings } from "./RetrySettings";

interface NodeSettingsProps {
  node: Part;
  type: NodeType | undefined;
  /** The id follows from another one. */
  hasFixedId?: boolean;
  /** What the id is good for; else it is a name in expressions. */
  idHint?: string;
  children?: ReactNode;
}

function IdField({ node, hint }: { node: Part; hint: string | undefined }) {
  const store = useDesignerStore();
  const document = useDocument();
  const [text, setText] = useState(node.id);
  useEffect(() => setText(node.id), [node.id]);
  const isTaken =
    text !== node.id &&
    rulesOf(document)
      .partsOf(document)
      .some((each) => each.id === text);
  const error = isTaken
    ? "Another one has this id."
    : isNodeId(text)
      ? undefined
      : "An id begins with a letter and holds letters, digits and _ only.";
  const save = () => {
    if (error || text === node.id) {
      setText(node.id);
      return;
    }
    store.getState().perform({ kind: "rename-node", nodeId: node.id, newId: text });
    store.setState({
      selection: { nodes: new Set([text]), edges: new Set() },
      isInspectorOpen: true,
    });
  };
  return (
    <Field label="Id" hint={hint ?? `In expressions: nodes.${node.id}`} error={error}>
      {(ids) => (
        <Input
          {...ids}
          value={text}
          maxLength={64}
          className="font-mono text-xs"
          onChange={(event) => setText(event.target.value)}
          onBlur={save}
          onKeyDown={(event) => event.key === "Enter" && save()}
        />
      )}
    </Field>
  );
}

/** What every step has: its id, time limit and retries; a kind adds its own. */
export function NodeSettings({ node, type, hasFixedId, idHint, children }: NodeSettingsProps) {
  const store = useDesignerStore();
  const edit = (patch: Partial<Omit<Part, "id">>) =>
    store.getState().perform({ kind: "edit-node", nodeId: node.id, patch });
  const canFail = type?.ports.some((port) => port.kind === "error") ?? true;
  return (
    <details className="group border-t">
      <summary className="flex cursor-pointer list-none items-center gap-1.5 px-4 py-2.5 font-medium text-[13px] hover:bg-muted">
        <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
        Step settings
      </summary>
      <div className="space-y-4 px-4 pb-5">
        {!hasFixedId && <IdField node={node} hint={idHint} />}
        {canFail && (
          <>
            <Field
              label="Time limit (seconds)"
              hint="Empty: none. Later the step's timeout way is taken, or it fails."
            >
              {(ids) => (
                <Input
                  {...ids}
                  type="number"
                  min={0}
                  step="any"
                  value={node.timeout_seconds ?? ""}
                  onChange={(event) =>
                    edit({ timeout_seconds: event.target.valueAsNumber || null })
                  }
                />
              )}
            </Field>
            {type?.execution === "worker" && (
              <RetrySettings retry={node.retry} onChange={(retry) => edit({ retry })} />
            )}
          </>
        )}
        {children}
      </div>
    </details>
  );
}
