import { Plus, Trash2 } from "lucide-react";
import { ExpressionField } from "@/forms/ExpressionField";
import { asPipeline } from "@/pipeline/operations";
import { isTask, START_ID } from "@/pipeline/steps";
import { type ConditionalStep, findStep, laneNamesOf, type ParallelStep } from "@/pipeline/tree";
import { Button } from "@/ui/Button";
import { Field, Input } from "@/ui/Field";
import { IconButton } from "@/ui/IconButton";
import { AvailableData } from "../inspector/AvailableData";
import { ConfigForm } from "../inspector/ConfigForm";
import { NodeSettings } from "../inspector/NodeSettings";
import type { PartSettingsProps } from "../kinds";
import { StartSettings } from "../list/StartSettings";
import { useDesigner, useDesignerStore } from "../store/designerStore";

function ConditionSettings({ step }: { step: ConditionalStep }) {
  const store = useDesignerStore();
  const problem = useDesigner((state) =>
    state.problems.find((each) => each.node_id === step.id && each.field === "condition"),
  );
  return (
    <div className="px-4 py-4">
      <ExpressionField
        label="Condition"
        hint="When it holds, Then runs; else Otherwise."
        mode="expression"
        isRequired
        value={step.condition}
        error={problem?.message}
        onChange={(condition) =>
          store.getState().perform({ kind: "set-condition", nodeId: step.id, condition })
        }
      />
    </div>
  );
}

const inWords = (count: number) =>
  count === 0 ? "empty" : count === 1 ? "1 step" : `${count} steps`;

function BranchSettings({ step }: { step: ParallelStep }) {
  const store = useDesignerStore();
  const names = laneNamesOf(step);
  return (
    <fieldset className="space-y-2 px-4 py-4">
      <legend className="mb-1.5 font-medium text-[13px]">Branches</legend>
      <p className="text-muted-foreground text-xs">
        They run side by side, and the next step waits for all of them. The result holds theirs by
        the ids of their last steps.
      </p>
      <ol className="space-y-1.5">
        {step.branches.map((branch, lane) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a branch has no identity but its place
            key={lane}
            className="flex items-center gap-2 rounded-lg border bg-muted/50 py-1 pr-1 pl-3 text-[13px]"
          >
            <span className="font-medium">{names[lane]}</span>
            <span className="text-muted-foreground text-xs">{inWords(branch.length)}</span>
            <IconButton
              label={`Remove branch ${lane + 1}`}
              size="icon-sm"
              className="ml-auto"
              disabled={step.branches.length < 2}
              onClick={() =>
                store.getState().perform({ kind: "remove-lane", nodeId: step.id, lane })
              }
            >
              <Trash2 />
            </IconButton>
          </li>
        ))}
      </ol>
      <Button
        size="sm"
        onClick={() => store.getState().perform({ kind: "add-lane", nodeId: step.id })}
      >
        <Plus /> Add a branch
      </Button>
      <Field
        label="At most at once"
        hint="Empty: all of them. Else further branches begin as others end."
        className="pt-2"
      >
        {(ids) => (
          <Input
            {...ids}
            type="number"
            min={1}
            max={1000}
            value={step.max_concurrency ?? ""}
            onChange={({ target }) => {
              const bound = Number.isNaN(target.valueAsNumber)
                ? null
                : Math.min(1000, Math.max(1, Math.round(target.valueAsNumber)));
              store.getState().perform({ kind: "set-bound", nodeId: step.id, bound });
            }}
          />
        )}
      </Field>
    </fieldset>
  );
}

/** How a part of a pipeline is set up: its start form, a condition, branches, or what a task needs. */
export function PipelineSettings({ part, type }: PartSettingsProps) {
  const document = useDesigner((state) => asPipeline(state.history.present));
  if (part.id === START_ID) return <StartSettings schema={document.input_schema} />;
  const step = findStep(document.steps, part.id)?.step;
  return (
    <>
      {step?.step === "conditional" && <ConditionSettings step={step} />}
      {step?.step === "parallel" && <BranchSettings step={step} />}
      {step && isTask(step) && <ConfigForm node={part} type={type} />}
      {step?.step !== "parallel" && <AvailableData />}
      <NodeSettings node={part} type={type} />
    </>
  );
}
