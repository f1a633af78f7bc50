import { isObject, type JsonObject } from "@/graph/types";
import { SchemaEditor } from "../inspector/SchemaEditor";
import { useDesignerStore } from "../store/designerStore";

/** The start form: what a run is asked for. */
export function StartSettings({ schema }: { schema: JsonObject }) {
  const store = useDesignerStore();
  return (
    <div className="px-4 py-4">
      <SchemaEditor
        label="Start form"
        hint="What a run is started with; expressions read it as input.name."
        value={schema}
        onChange={(next) =>
          store.getState().perform({ kind: "set-input-schema", schema: isObject(next) ? next : {} })
        }
      />
    </div>
  );
}
