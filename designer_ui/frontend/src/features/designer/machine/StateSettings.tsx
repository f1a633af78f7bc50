import { ValueEditor } from "@/forms/ValueEditor";
import { labelOf } from "@/machine/drawn";
import { makeTransition } from "@/machine/making";
import {
  type Action,
  allStates,
  enterable,
  findState,
  type Machine,
  mayLead,
  type State,
  titleOfState,
  walk,
} from "@/machine/states";
import { Checkbox, Field, Select } from "@/ui/Field";
import { useDesigner, useDesignerStore } from "../store/designerStore";
import { AddAction } from "./AddAction";
import { machineOf } from "./actions";
import { PartList } from "./PartList";
import { useProblemAt } from "./useProblemAt";

const TYPES: readonly { value: State["type"]; label: string }[] = [
  { value: "atomic", label: "Plain: holds nothing" },
  { value: "compound", label: "Compound: one of its states is active" },
  { value: "parallel", label: "Parallel: all its states are active" },
  { value: "final", label: "Final: completes what it lies in" },
  { value: "history", label: "History: leads back to where it was left" },
];

/** What the state can become without losing those that lie in it. */
const typesFor = ({ type, children }: State) =>
  TYPES.filter(({ value }) =>
    children.length > 0
      ? value === "compound" || value === "parallel"
      : value === type || (value !== "compound" && value !== "parallel"),
  );

const optionOf = (state: State) => ({ value: state.id, label: titleOfState(state) });

/** The actions of one list, and one more. */
export function ActionSettings({
  label,
  place,
  actions,
}: {
  label: string;
  place: Parameters<typeof AddAction>[0]["place"];
  actions: readonly Action[];
}) {
  const catalog = useDesigner((state) => state.catalog);
  const parts = actions.map(({ id, title, type }) => ({
    id,
    title: title || (catalog.get(type)?.title ?? type),
    icon: catalog.get(type)?.icon ?? "circle-help",
  }));
  return (
    <section aria-label={label} className="space-y-1.5">
      <h3 className="font-medium text-[13px]">{label}</h3>
      <PartList label={`${label}: actions`} parts={parts} empty="Nothing is done." />
      <AddAction label="Add an action" place={place} index={actions.length} />
    </section>
  );
}

function Ways({ machine, state }: { machine: Machine; state: State }) {
  const store = useDesignerStore();
  const names = new Map(allStates(machine).map((each) => [each.id, titleOfState(each)]));
  const parts = state.transitions.map((each) => ({
    id: each.id,
    title: labelOf(each),
    icon: "arrow-right",
    note: each.targets.length > 0 ? each.targets.map((id) => names.get(id) ?? id).join(", ") : "",
  }));
  return (
    <section aria-label="Transitions" className="space-y-1.5">
      <h3 className="font-medium text-[13px]">Transitions</h3>
      <PartList label="Transitions from here" parts={parts} empty="Nothing leads on from here." />
      <Select
        aria-label="Add a transition"
        value=""
        options={[
          { value: "", label: "Add a transition to …" },
          ...allStates(machine).map(optionOf),
          { value: "_", label: "nowhere: stay and do something" },
        ]}
        onValueChange={(target) => {
          const { perform, selectNodes } = store.getState();
          const targets = target === "_" ? [] : [target];
          const transition = makeTransition(machineOf(store), state, targets);
          perform({ kind: "insert-transition", stateId: state.id, transition });
          selectNodes([transition.id]);
          store.setState({ isInspectorOpen: true });
        }}
      />
    </section>
  );
}

function HistorySettings({ machine, state }: { machine: Machine; state: State }) {
  const store = useDesignerStore();
  const problemAt = useProblemAt(state.id);
  const parent = findState(machine, state.id)?.parent;
  const beside = enterable([...walk(parent?.children ?? [])].map((found) => found.state));
  const edit = (patch: Partial<Pick<State, "depth" | "default">>) =>
    store.getState().perform({ kind: "edit-state", stateId: state.id, patch });
  return (
    <>
      <Field label="Remembers">
        {(ids) => (
          <Select
            {...ids}
            value={state.depth}
            options={[
              { value: "shallow", label: "Which state beside it was active" },
              { value: "deep", label: "All that was active, all the way down" },
            ]}
            onValueChange={(depth) => edit({ depth: depth as State["depth"] })}
          />
        )}
      </Field>
      <Field label="The first time it leads to" error={problemAt(/^default/)}>
        {(ids) => (
          <Select
            {...ids}
            value={state.default[0] ?? ""}
            options={[{ value: "", label: "Choose a state" }, ...beside.map(optionOf)]}
            onValueChange={(id) => edit({ default: id ? [id] : [] })}
          />
        )}
      </Field>
    </>
  );
}

/** What a state is, what it begins with, and what it does. */
export function StateSettings({ machine, state }: { machine: Machine; state: State }) {
  const store = useDesignerStore();
  const problemAt = useProblemAt(state.id);
  const parent = findState(machine, state.id)?.parent ?? null;
  const isFirst = (parent ?? machine).initial === state.id;
  const canBegin = state.type !== "history" && parent?.type !== "parallel";
  return (
    <div className="space-y-4 px-4 py-4">
      <Field label="Kind of state" error={problemAt(/^(type|children|transitions|entry|exit)$/)}>
        {(ids) => (
          <Select
            {...ids}
            value={state.type}
            options={typesFor(state)}
            onValueChange={(type) =>
              store.getState().perform({
                kind: "edit-state",
                stateId: state.id,
                patch: { type: type as State["type"] },
              })
            }
          />
        )}
      </Field>
      {canBegin && (
        <Checkbox
          label={parent ? `${titleOfState(parent)} begins with it` : "The machine begins with it"}
          checked={isFirst}
          disabled={isFirst}
          onCheckedChange={() =>
            store.getState().perform({ kind: "begin-with", stateId: state.id })
          }
        />
      )}
      {state.type === "compound" && (
        <Field label="Begins with" error={problemAt(/^initial$/)}>
          {(ids) => (
            <Select
              {...ids}
              value={state.initial ?? ""}
              options={[
                ...(state.initial === null ? [{ value: "", label: "Choose a state" }] : []),
                ...enterable(state.children).map(optionOf),
              ]}
              onValueChange={(initial) =>
                store
                  .getState()
                  .perform({ kind: "edit-state", stateId: state.id, patch: { initial } })
              }
            />
          )}
        </Field>
      )}
      {state.type === "history" && <HistorySettings machine={machine} state={state} />}
      {mayLead(state) && <Ways machine={machine} state={state} />}
      {state.type !== "history" && (
        <>
          <ActionSettings
            label="On entry"
            place={{ kind: "entry", state: state.id }}
            actions={state.entry}
          />
          <ActionSettings
            label="On exit"
            place={{ kind: "exit", state: state.id }}
            actions={state.exit}
          />
        </>
      )}
      {state.type === "final" && (
        <ValueEditor
          label={parent ? "Data of the completion" : "Result of the run"}
          hint="A value, or one with ${ … }."
          error={problemAt(/^output/)}
          value={state.output}
          onChange={(output) =>
            store.getState().perform({
              kind: "edit-state",
              stateId: state.id,
              patch: { output: (output ?? null) as State["output"] },
            })
          }
        />
      )}
    </div>
  );
}
