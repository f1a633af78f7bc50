import { ExpressionField } from "@/forms/ExpressionField";
import {
  allStates,
  isHolder,
  type Machine,
  type State,
  type Transition,
  titleOfState,
} from "@/machine/states";
import { Checkbox, Field, Input, Select } from "@/ui/Field";
import { StringListEditor } from "../inspector/StringListEditor";
import { useDesignerStore } from "../store/designerStore";
import { ActionSettings } from "./StateSettings";
import { useProblemAt } from "./useProblemAt";

type Trigger = "event" | "done" | "after" | "none";

const TRIGGERS: readonly { value: Trigger; label: string }[] = [
  { value: "event", label: "An event" },
  { value: "done", label: "The completion of what the state holds" },
  { value: "after", label: "Time in the state" },
  { value: "none", label: "Nothing: at once, when the guard holds" },
];

function triggerOf({ done, after, event }: Transition): Trigger {
  if (done) return "done";
  if (after !== null) return "after";
  return event === null ? "none" : "event";
}

const started: Readonly<Record<Trigger, Pick<Transition, "event" | "done" | "after">>> = {
  event: { event: "next", done: false, after: null },
  done: { event: null, done: true, after: null },
  after: { event: null, done: false, after: 60 },
  none: { event: null, done: false, after: null },
};

interface TransitionSettingsProps {
  machine: Machine;
  state: State;
  transition: Transition;
}

/** What a transition waits for, when it may be taken, where it leads, and what is done on the way. */
export function TransitionSettings({ machine, state, transition }: TransitionSettingsProps) {
  const store = useDesignerStore();
  const problemAt = useProblemAt(transition.id);
  const edit = (patch: Partial<Omit<Transition, "id" | "actions">>) =>
    store.getState().perform({ kind: "edit-transition", id: transition.id, patch });
  const trigger = triggerOf(transition);
  const states = allStates(machine);
  const triggers = TRIGGERS.filter(
    ({ value }) => value !== "done" || isHolder(state) || trigger === "done",
  );
  return (
    <div className="space-y-4 px-4 py-4">
      <Field label="Waits for" error={problemAt(/^(done|after)$/)}>
        {(ids) => (
          <Select
            {...ids}
            value={trigger}
            options={triggers}
            onValueChange={(value) => edit(started[value as Trigger])}
          />
        )}
      </Field>
      {trigger === "event" && (
        <Field
          label="Event"
          hint="Words with dots between them; order.* is for all that begin so, * for any."
          error={problemAt(/^event$/)}
        >
          {(ids) => (
            <Input
              {...ids}
              value={transition.event ?? ""}
              maxLength={200}
              className="font-mono text-xs"
              onChange={(event) => edit({ event: event.target.value.trim() })}
            />
          )}
        </Field>
      )}
      {trigger === "after" && (
        <Field label="Seconds" hint="Counted from when the state was entered.">
          {(ids) => (
            <Input
              {...ids}
              type="number"
              min={0}
              step="any"
              value={transition.after ?? ""}
              onChange={(event) => edit({ after: event.target.valueAsNumber || 1 })}
            />
          )}
        </Field>
      )}
      <ExpressionField
        label="Only when"
        mode="expression"
        hint="Empty: always."
        error={problemAt(/^guard/)}
        value={transition.guard ?? ""}
        onChange={(guard) => edit({ guard: guard.trim() === "" ? null : guard })}
        placeholder="event.data.amount >= input.price"
      />
      <Field
        label="Leads to"
        error={problemAt(/^targets/)}
        hint="Nowhere: the machine stays where it is, and only the actions are done."
      >
        {(ids) => (
          <Select
            {...ids}
            value={transition.targets[0] ?? ""}
            options={[
              { value: "", label: "Nowhere" },
              ...states.map((each) => ({ value: each.id, label: titleOfState(each) })),
            ]}
            onValueChange={(id) =>
              edit({ targets: id ? [id, ...transition.targets.slice(1)] : [] })
            }
          />
        )}
      </Field>
      {(transition.targets.length > 1 || states.some(({ type }) => type === "parallel")) &&
        transition.targets.length > 0 && (
          <StringListEditor
            label="And at the same time to"
            hint="Ids of states in other children of the same parallel state."
            value={transition.targets.slice(1)}
            onChange={(more) => edit({ targets: [...transition.targets.slice(0, 1), ...more] })}
          />
        )}
      {isHolder(state) && transition.targets.length > 0 && (
        <Checkbox
          label={`Does not leave ${titleOfState(state)} for a state within it`}
          checked={transition.internal}
          onCheckedChange={(internal) => edit({ internal })}
        />
      )}
      <ActionSettings
        label="On the way"
        place={{ kind: "transition", transition: transition.id }}
        actions={transition.actions}
      />
    </div>
  );
}
