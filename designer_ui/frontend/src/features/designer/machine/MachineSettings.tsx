import { KeyValueEditor } from "@/forms/KeyValueEditor";
import { isObject } from "@/graph/types";
import {
  asMachine,
  enterable,
  findAction,
  findState,
  findTransition,
  type Machine,
  titleOfState,
} from "@/machine/states";
import { START_ID } from "@/pipeline/steps";
import { Checkbox, Field, Select } from "@/ui/Field";
import { AvailableData } from "../inspector/AvailableData";
import { ConfigForm } from "../inspector/ConfigForm";
import { NodeSettings } from "../inspector/NodeSettings";
import type { PartSettingsProps } from "../kinds";
import { StartSettings } from "../list/StartSettings";
import { useDesigner, useDesignerStore } from "../store/designerStore";
import { StateSettings } from "./StateSettings";
import { TransitionSettings } from "./TransitionSettings";
import { useProblemAt } from "./useProblemAt";

/** What holds for the whole machine. */
function WholeSettings({ machine }: { machine: Machine }) {
  const store = useDesignerStore();
  const problemAt = useProblemAt(START_ID);
  const dataProblem = problemAt(/^data/);
  return (
    <>
      <div className="space-y-4 px-4 pt-4">
        {machine.states.length > 0 && (
          <Field label="Begins with" error={problemAt(/^initial$/)}>
            {(ids) => (
              <Select
                {...ids}
                value={machine.initial ?? ""}
                options={[
                  ...(machine.initial === null ? [{ value: "", label: "Choose a state" }] : []),
                  ...enterable(machine.states).map((state) => ({
                    value: state.id,
                    label: titleOfState(state),
                  })),
                ]}
                onValueChange={(stateId) =>
                  store.getState().perform({ kind: "begin-with", stateId })
                }
              />
            )}
          </Field>
        )}
        <section aria-label="Variables" className="space-y-1.5">
          <h3 className="font-medium text-[13px]">Variables</h3>
          <p className="text-muted-foreground text-xs">
            Expressions read them as data.name; “Assign” gives them new values.
          </p>
          <KeyValueEditor
            label="Variables"
            addLabel="Add a variable"
            value={machine.data}
            onChange={(data) =>
              store.getState().perform({ kind: "set-data", data: isObject(data) ? data : {} })
            }
          />
          {dataProblem && <p className="text-status-failed text-xs">{dataProblem}</p>}
        </section>
      </div>
      <StartSettings schema={machine.input_schema} />
    </>
  );
}

/** How a part of a state machine is set up: the whole, a state, a transition, or an action. */
export function MachineSettings({ part, type }: PartSettingsProps) {
  const store = useDesignerStore();
  const machine = useDesigner((state) => asMachine(state.history.present));
  if (part.id === START_ID) return <WholeSettings machine={machine} />;
  const state = findState(machine, part.id)?.state;
  if (state) {
    return (
      <>
        <StateSettings machine={machine} state={state} />
        <NodeSettings node={part} type={type} idHint={`In expressions: '${part.id}' in states`} />
      </>
    );
  }
  const way = findTransition(machine, part.id);
  if (way) {
    return (
      <>
        <TransitionSettings machine={machine} {...way} />
        <AvailableData />
        <NodeSettings node={part} type={type} idHint="Runs and journals call it so." />
      </>
    );
  }
  const found = findAction(machine, part.id);
  if (!found) return null;
  return (
    <>
      <ConfigForm node={part} type={type} />
      <AvailableData />
      <NodeSettings node={part} type={type}>
        <Checkbox
          label="Go on when it fails"
          checked={found.action.on_error === "continue"}
          onCheckedChange={(isOn) =>
            store.getState().perform({
              kind: "edit-action",
              id: part.id,
              patch: { on_error: isOn ? "continue" : "fail" },
            })
          }
        />
        <p className="text-muted-foreground text-xs">
          Else the rest of its list is skipped, and the machine hears error.{part.id}.
        </p>
      </NodeSettings>
    </>
  );
}
