import { isStateType } from "@/machine/catalog";
import { makeAction } from "@/machine/making";
import type { ActionPlace } from "@/machine/states";
import { Select } from "@/ui/Field";
import { useDesignerStore, useOfferedTypes } from "../store/designerStore";
import { machineOf } from "./actions";

interface AddActionProps {
  label: string;
  place: ActionPlace;
  index: number;
}

/** Adds an action of a chosen type at the end of a list. */
export function AddAction({ label, place, index }: AddActionProps) {
  const store = useDesignerStore();
  const types = useOfferedTypes().filter(({ name }) => !isStateType(name));
  return (
    <Select
      aria-label={label}
      value=""
      options={[
        { value: "", label: `${label} …` },
        ...types.map(({ name, title }) => ({ value: name, label: title })),
      ]}
      onValueChange={(type) => {
        const { catalog, perform, selectNodes } = store.getState();
        const action = makeAction(machineOf(store), catalog, type);
        perform({ kind: "insert-actions", actions: [action], place, index });
        selectNodes([action.id]);
        store.setState({ isInspectorOpen: true });
      }}
    />
  );
}
