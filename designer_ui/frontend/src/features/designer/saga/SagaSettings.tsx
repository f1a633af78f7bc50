import { Trash2 } from "lucide-react";
import { START_ID } from "@/pipeline/steps";
import { ownersOf, refOf, type SagaStep } from "@/saga/actions";
import { asSaga } from "@/saga/operations";
import { Button } from "@/ui/Button";
import { Field, Input, Select } from "@/ui/Field";
import { AvailableData } from "../inspector/AvailableData";
import { ConfigForm } from "../inspector/ConfigForm";
import { NodeSettings } from "../inspector/NodeSettings";
import type { PartSettingsProps } from "../kinds";
import { StartSettings } from "../list/StartSettings";
import { useDesigner, useDesignerStore } from "../store/designerStore";

const MODES = [
  { value: "compensation", label: "Steps with what undoes them" },
  { value: "tcc", label: "Try, confirm, cancel" },
];

const SORTS = [
  { value: "compensatable", label: "Can be undone" },
  { value: "pivot", label: "Pivot: nothing is undone after it" },
  { value: "retriable", label: "Only forward: repeated until it succeeds" },
];

/** What holds for the whole saga: its mode, and the time that reservations may take. */
function ModeSettings() {
  const store = useDesignerStore();
  const saga = useDesigner((state) => asSaga(state.history.present));
  const isEmpty = ownersOf(saga).length === 0;
  return (
    <div className="space-y-4 px-4 pt-4">
      <Field
        label="How it keeps things whole"
        hint={isEmpty ? undefined : "Another mode can be chosen while the saga is empty."}
      >
        {(ids) => (
          <Select
            {...ids}
            value={saga.mode}
            disabled={!isEmpty}
            options={MODES}
            onValueChange={(mode) =>
              store.getState().perform({ kind: "set-mode", mode: mode as typeof saga.mode })
            }
          />
        )}
      </Field>
      {saga.mode === "tcc" && (
        <Field
          label="Time for all tries (seconds)"
          hint="Empty: none. When it is over, all reservations are cancelled."
        >
          {(ids) => (
            <Input
              {...ids}
              type="number"
              min={0}
              step="any"
              value={saga.reservation_seconds ?? ""}
              onChange={(event) =>
                store.getState().perform({
                  kind: "set-reservation",
                  seconds: event.target.valueAsNumber || null,
                })
              }
            />
          )}
        </Field>
      )}
    </div>
  );
}

function SortSettings({ step }: { step: SagaStep }) {
  const store = useDesignerStore();
  return (
    <div className="px-4 pt-4">
      <Field label="When a later step fails">
        {(ids) => (
          <Select
            {...ids}
            value={step.step}
            options={SORTS}
            onValueChange={(sort) =>
              store
                .getState()
                .perform({ kind: "set-sort", stepId: step.id, sort: sort as SagaStep["step"] })
            }
          />
        )}
      </Field>
    </div>
  );
}

/** How a part of a saga is set up: its start form, an action, or what undoes one. */
export function SagaSettings({ part, type }: PartSettingsProps) {
  const store = useDesignerStore();
  const saga = useDesigner((state) => asSaga(state.history.present));
  if (part.id === START_ID) {
    return (
      <>
        <ModeSettings />
        <StartSettings schema={saga.input_schema} />
      </>
    );
  }
  const { owner: ownerId, slot } = refOf(saga, part.id);
  const owner = ownersOf(saga).find((each) => each.id === ownerId);
  if (!owner) return <NodeSettings node={part} type={type} />;
  const isFirst = part.id === ownerId;
  return (
    <>
      {isFirst && "step" in owner && <SortSettings step={owner} />}
      <ConfigForm node={part} type={type} />
      <AvailableData />
      <NodeSettings node={part} type={type} hasFixedId={!isFirst} />
      {!isFirst && (
        <div className="border-t px-4 py-3">
          <Button
            size="sm"
            onClick={() =>
              store.getState().perform({ kind: "set-action", owner: ownerId, slot, action: null })
            }
          >
            <Trash2 /> Remove it
          </Button>
        </div>
      )}
    </>
  );
}
