import { KeyValueEditor } from "@/forms/KeyValueEditor";
import type { GraphDocument } from "@/graph/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field, Input, Select, Textarea } from "@/ui/Field";
import { RetrySettings } from "../inspector/RetrySettings";
import { useDesignerStore, useDocument } from "../store/designerStore";

/** What holds for the whole workflow: description, constants, time limit, what a failure does. */
export function SettingsDialog() {
  const store = useDesignerStore();
  const document = useDocument();
  const { settings } = document;
  const close = () => store.setState({ dialog: null });
  const edit = (patch: Partial<Pick<GraphDocument, "description" | "vars" | "settings">>) =>
    store.getState().perform({ kind: "edit-document", patch });
  return (
    <Dialog
      isOpen
      onOpenChange={close}
      title="Workflow settings"
      description="They are part of the draft: changes apply at once, and undo brings them back."
      footer={
        <Button variant="primary" onClick={close}>
          Done
        </Button>
      }
    >
      <div className="space-y-5">
        <Field label="Description">
          {(ids) => (
            <Textarea
              {...ids}
              value={document.description}
              maxLength={10_000}
              onChange={(event) => edit({ description: event.target.value })}
            />
          )}
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Time limit of a run (seconds)" hint="Empty: none.">
            {(ids) => (
              <Input
                {...ids}
                type="number"
                min={0}
                step="any"
                value={settings.timeout_seconds ?? ""}
                onChange={(event) =>
                  edit({
                    settings: { ...settings, timeout_seconds: event.target.valueAsNumber || null },
                  })
                }
              />
            )}
          </Field>
          <Field label="When a step fails">
            {(ids) => (
              <Select
                {...ids}
                value={settings.on_failure}
                options={[
                  { value: "stop", label: "Stop the other paths" },
                  { value: "finish_other_paths", label: "Let the other paths finish" },
                ]}
                onValueChange={(value) =>
                  edit({
                    settings: {
                      ...settings,
                      on_failure: value as GraphDocument["settings"]["on_failure"],
                    },
                  })
                }
              />
            )}
          </Field>
        </div>
        <RetrySettings
          label="Try failed steps again that do not say so themselves"
          retry={settings.retry}
          onChange={(retry) => edit({ settings: { ...settings, retry } })}
        />
        <div className="space-y-1.5">
          <p className="font-medium text-[13px]">Constants</p>
          <p className="text-muted-foreground text-xs">Expressions read them as vars.name.</p>
          <KeyValueEditor
            label="Constants"
            value={document.vars}
            onChange={(vars) => edit({ vars })}
            addLabel="Add a constant"
          />
        </div>
      </div>
    </Dialog>
  );
}
