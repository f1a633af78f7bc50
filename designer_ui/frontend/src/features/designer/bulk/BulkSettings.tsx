import { Trash2 } from "lucide-react";
import { asBulk } from "@/bulk/operations";
import { BATCHES_ID, ITEMS_ID, PROCESSOR_ID, rowsSchemaOf, withItemSchema } from "@/bulk/parts";
import { isObject } from "@/graph/types";
import { START_ID } from "@/pipeline/steps";
import { Button } from "@/ui/Button";
import { AvailableData } from "../inspector/AvailableData";
import { SchemaEditor } from "../inspector/SchemaEditor";
import { useProblemAt } from "../inspector/useProblemAt";
import { BatchFields } from "../items/BatchFields";
import { LocalNames } from "../items/LocalNames";
import { ProcessorFields } from "../items/ProcessorFields";
import { ResultFields } from "../items/ResultFields";
import { SourceFields } from "../items/SourceFields";
import { useLocalScope, type WorkForm } from "../items/workForm";
import type { PartSettingsProps } from "../kinds";
import { StartSettings } from "../list/StartSettings";
import { useDesigner, useDesignerStore } from "../store/designerStore";

/** What an item is like, kept with the input field that the items are. */
function ItemSchema() {
  const store = useDesignerStore();
  const bulk = useDesigner((state) => asBulk(state.history.present));
  const rows = rowsSchemaOf(bulk);
  if (rows === null) return null;
  return (
    <SchemaEditor
      label="Fields of an item"
      hint="Expressions then know item.name. A list is checked against them when a run starts; the values of a CSV file are texts."
      value={rows.items}
      onChange={(next) =>
        store.getState().perform({
          kind: "set-input-schema",
          schema: withItemSchema(bulk, isObject(next) ? next : {}),
        })
      }
    />
  );
}

/** The names of an item, among all that an expression here may read. */
function ItemData({ form, place }: { form: WorkForm; place: "processor" | "result" }) {
  const scope = useLocalScope(form.work, place);
  return (
    <LocalNames scope={scope}>
      <AvailableData />
    </LocalNames>
  );
}

/** How a part of a bulk job is set up. */
export function BulkSettings({ part }: PartSettingsProps) {
  const store = useDesignerStore();
  const work = useDesigner((state) => asBulk(state.history.present));
  const form: WorkForm = {
    work,
    edit: (patch) => store.getState().perform({ kind: "edit-work", patch }),
    errorOf: useProblemAt(part),
  };
  if (part.id === START_ID) return <StartSettings schema={work.input_schema} />;
  const fields = "space-y-5 px-4 py-4";
  if (part.id === ITEMS_ID) {
    return (
      <>
        <div className={fields}>
          <SourceFields form={form} />
          <ItemSchema />
        </div>
        <AvailableData />
      </>
    );
  }
  if (part.id === BATCHES_ID) {
    return (
      <div className={fields}>
        <BatchFields form={form} />
      </div>
    );
  }
  const isProcessor = part.id === PROCESSOR_ID;
  return (
    <>
      <div className={fields}>
        {isProcessor ? (
          <ProcessorFields form={form} partId={part.id} />
        ) : (
          <ResultFields form={form} />
        )}
      </div>
      <ItemData form={form} place={isProcessor ? "processor" : "result"} />
      {isProcessor && work.processor && (
        <div className="border-t px-4 py-3">
          <Button
            size="sm"
            onClick={() => store.getState().perform({ kind: "set-processor", processor: null })}
          >
            <Trash2 /> Remove it
          </Button>
        </div>
      )}
    </>
  );
}
