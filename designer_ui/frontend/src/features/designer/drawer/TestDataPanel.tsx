import { RotateCcw } from "lucide-react";
import { sampleInputFor, sampleOutputs } from "@/documents/names";
import { JsonField } from "@/forms/JsonField";
import { Button } from "@/ui/Button";
import { useDesigner, useDesignerStore, useDocument } from "../store/designerStore";

/** The sample that previews are made with, and what a run starts from. */
export function TestDataPanel() {
  const store = useDesignerStore();
  const document = useDocument();
  const catalog = useDesigner((state) => state.catalog);
  const sampleInput = useDesigner((state) => state.sampleInput);
  const known = useDesigner((state) => state.sampleOutputs);
  return (
    <div className="grid gap-5 p-4 lg:grid-cols-2">
      <section aria-label="Sample input" className="min-w-0 space-y-2">
        <div className="flex items-center justify-between">
          <h3 className="font-medium text-[13px]">Sample input</h3>
          <Button size="sm" variant="ghost" onClick={() => store.setState({ sampleInput: null })}>
            <RotateCcw /> From the start form
          </Button>
        </div>
        <JsonField
          label="Sample input"
          value={sampleInputFor(document, sampleInput)}
          onChange={(value) => store.setState({ sampleInput: value })}
        />
        <p className="text-muted-foreground text-xs">
          Expressions are previewed with this, and the Run dialog starts from it.
        </p>
      </section>
      <section aria-label="Sample outputs" className="min-w-0 space-y-2">
        <h3 className="font-medium text-[13px]">Sample outputs of the steps</h3>
        <JsonField
          label="Sample outputs"
          value={sampleOutputs(document, catalog, known)}
          onChange={(value) =>
            store.setState({ sampleOutputs: (value ?? {}) as Record<string, unknown> })
          }
        />
        <p className="text-muted-foreground text-xs">
          Made up from the types until a run lends its real ones (see Last run).
        </p>
      </section>
    </div>
  );
}
