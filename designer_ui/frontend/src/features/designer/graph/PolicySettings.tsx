import { X } from "lucide-react";
import { useMemo } from "react";
import { asGraph } from "@/graph/document";
import { hasInput, titleOf } from "@/graph/ports";
import type { WorkflowNode } from "@/graph/types";
import { Field, Input, Select } from "@/ui/Field";
import { IconButton } from "@/ui/IconButton";
import { useDesigner, useDocument } from "../store/designerStore";

interface PolicySettingsProps {
  node: WorkflowNode;
  onChange: (patch: Partial<Pick<WorkflowNode, "cancels" | "exclusive" | "only_while">>) => void;
}

/** What a step does to other steps, and what it needs of them. */
export function PolicySettings({ node, onChange }: PolicySettingsProps) {
  const document = asGraph(useDocument());
  const catalog = useDesigner((state) => state.catalog);
  const others = useMemo(
    () =>
      document.nodes
        .filter((other) => other.id !== node.id && hasInput(other.type))
        .map((other) => ({ value: other.id, label: titleOf(catalog, other) })),
    [document.nodes, node.id, catalog],
  );
  const cancels = node.cancels ?? [];
  const labels = new Map(others.map((other) => [other.value, other.label]));
  const free = others.filter((other) => !cancels.includes(other.value));
  return (
    <>
      <Field
        label="Cancels when done"
        hint="These steps are withdrawn when this one has succeeded: the first of several wins."
      >
        {(ids) => (
          <div className="space-y-1.5">
            {cancels.length > 0 && (
              <ul className="space-y-1">
                {cancels.map((id) => (
                  <li key={id} className="flex items-center justify-between gap-2 text-[13px]">
                    <span className="truncate">{labels.get(id) ?? id}</span>
                    <IconButton
                      label={`No longer cancel ${labels.get(id) ?? id}`}
                      onClick={() => onChange({ cancels: cancels.filter((each) => each !== id) })}
                    >
                      <X />
                    </IconButton>
                  </li>
                ))}
              </ul>
            )}
            <Select
              {...ids}
              value=""
              options={[{ value: "", label: "Add a step …" }, ...free]}
              onValueChange={(id) => id && onChange({ cancels: [...cancels, id] })}
            />
          </div>
        )}
      </Field>
      <Field
        label="Takes turns in"
        hint="Steps with the same word here never run at the same time in one run."
      >
        {(ids) => (
          <Input
            {...ids}
            value={node.exclusive ?? ""}
            maxLength={100}
            onChange={(event) => onChange({ exclusive: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Only while"
        hint="It waits until that step is under way, and is passed by when that step is over."
      >
        {(ids) => (
          <Select
            {...ids}
            value={node.only_while ?? ""}
            options={[{ value: "", label: "Always" }, ...others]}
            onValueChange={(id) => onChange({ only_while: id || null })}
          />
        )}
      </Field>
    </>
  );
}
