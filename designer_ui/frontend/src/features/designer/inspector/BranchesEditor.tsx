import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { ExpressionField } from "@/forms/ExpressionField";
import { identifierFrom, uniqueName } from "@/graph/ids";
import { isObject } from "@/graph/types";
import { Button } from "@/ui/Button";
import { Input } from "@/ui/Field";
import { IconButton } from "@/ui/IconButton";
import { useDesigner } from "../store/designerStore";
import type { EditConfig } from "./useEditConfig";

interface Branch {
  id: string;
  label: string;
  condition: string;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function readBranches(value: unknown): Branch[] {
  return (Array.isArray(value) ? value : []).filter(isObject).map((each) => ({
    id: text(each.id),
    label: text(each.label),
    condition: text(each.condition),
  }));
}

interface BranchesEditorProps {
  nodeId: string;
  value: unknown;
  edit: EditConfig;
}

/** The branches of a gate: each with a label for its output and a condition, from top to bottom. */
export function BranchesEditor({ nodeId, value, edit }: BranchesEditorProps) {
  const branches = readBranches(value);
  const problems = useDesigner((state) => state.problems);
  const save = (next: Branch[]) => edit({ branches: next });
  const patch = (index: number, change: Partial<Branch>) =>
    save(branches.map((branch, i) => (i === index ? { ...branch, ...change } : branch)));
  const move = (index: number, by: number) => {
    const next = [...branches];
    const [taken] = next.splice(index, 1);
    if (taken) next.splice(index + by, 0, taken);
    save(next);
  };
  const add = () => {
    const taken = new Set(branches.map((branch) => branch.id));
    const number = branches.length + 1;
    const id = uniqueName(identifierFrom(`branch ${number}`), taken);
    save([...branches, { id, label: `Branch ${number}`, condition: "" }]);
  };
  return (
    <fieldset className="space-y-2.5">
      <legend className="mb-1.5 font-medium text-[13px]">Branches</legend>
      <ol className="space-y-2.5">
        {branches.map((branch, index) => (
          <li key={branch.id} className="rounded-lg border bg-muted/50 p-2.5">
            <div className="mb-2 flex items-center gap-1">
              <Input
                aria-label={`Label of branch ${index + 1}`}
                value={branch.label}
                placeholder={branch.id}
                className="h-7.5 font-medium"
                onChange={(event) => patch(index, { label: event.target.value })}
              />
              <IconButton
                label={`Move branch ${index + 1} up`}
                size="icon-sm"
                disabled={index === 0}
                onClick={() => move(index, -1)}
              >
                <ArrowUp />
              </IconButton>
              <IconButton
                label={`Move branch ${index + 1} down`}
                size="icon-sm"
                disabled={index === branches.length - 1}
                onClick={() => move(index, 1)}
              >
                <ArrowDown />
              </IconButton>
              <IconButton
                label={`Remove branch ${index + 1}`}
                size="icon-sm"
                onClick={() => save(branches.filter((_, i) => i !== index))}
              >
                <Trash2 />
              </IconButton>
            </div>
            <ExpressionField
              label={`Condition of branch ${index + 1}`}
              isLabelHidden
              mode="expression"
              value={branch.condition}
              error={
                problems.find(
                  (problem) =>
                    problem.node_id === nodeId &&
                    problem.field?.startsWith(`config.branches.${index}`),
                )?.message
              }
              onChange={(condition) => patch(index, { condition })}
            />
          </li>
        ))}
      </ol>
      <div className="flex items-center justify-between gap-3">
        <Button size="sm" onClick={add}>
          <Plus /> Add a branch
        </Button>
        <span className="text-muted-foreground text-xs">When none holds: Otherwise</span>
      </div>
    </fieldset>
  );
}
