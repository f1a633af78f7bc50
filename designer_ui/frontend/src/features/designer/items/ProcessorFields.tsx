import { canWorkOnItems } from "@/bulk/catalog";
import { makeProcessor, type Processor } from "@/bulk/parts";
import type { Part } from "@/documents/types";
import { Field, Input, Select } from "@/ui/Field";
import { ConfigFields } from "../inspector/ConfigFields";
import { RetrySettings } from "../inspector/RetrySettings";
import { choicesOf } from "../inspector/schemaShape";
import { useDesigner } from "../store/designerStore";
import { LocalNames } from "./LocalNames";
import { hintIn, titleIn, useLocalScope, useWorkSchema, type WorkForm } from "./workForm";

function TypeField({ form }: { form: WorkForm }) {
  const catalog = useDesigner((state) => state.catalog);
  const schema = useWorkSchema()("processor", "type");
  const current = form.work.processor?.type ?? "";
  const types = [...catalog.values()]
    .filter(canWorkOnItems)
    .map((type) => ({ value: type.name, label: type.title }));
  const isKnown = types.some((type) => type.value === current);
  return (
    <Field
      label={titleIn(schema)}
      hint={hintIn(schema)}
      error={form.errorOf("processor.type") ?? (current ? undefined : form.errorOf("processor"))}
      isRequired
    >
      {(ids) => (
        <Select
          {...ids}
          value={current}
          options={isKnown ? types : [{ value: current, label: current || "Choose one" }, ...types]}
          onValueChange={(type) =>
            form.edit({ processor: makeProcessor(catalog, type, form.work.processor) })
          }
        />
      )}
    </Field>
  );
}

/** What is done with each item or each batch, how long it may take, and how often it is tried. */
export function ProcessorFields({ form, partId }: { form: WorkForm; partId: string }) {
  const schemaAt = useWorkSchema();
  const scope = useLocalScope(form.work, "processor");
  const { processor } = form.work;
  const type = useDesigner((state) => state.catalog.get(processor?.type ?? ""));
  if (!processor?.type) {
    return <TypeField form={form} />;
  }
  const save = (patch: Partial<Processor>) => form.edit({ processor: { ...processor, ...patch } });
  const part: Part = {
    id: partId,
    type: processor.type,
    title: "",
    config: processor.config,
    retry: null,
    timeout_seconds: null,
  };
  const mode = schemaAt("processor", "mode");
  const limit = schemaAt("processor", "timeout_seconds");
  return (
    <LocalNames scope={scope}>
      <TypeField form={form} />
      {(type?.execution !== "child" || processor.mode === "batch") && (
        <Field label={titleIn(mode)} hint={hintIn(mode)} error={form.errorOf("processor.mode")}>
          {(ids) => (
            <Select
              {...ids}
              value={processor.mode}
              options={choicesOf(mode) ?? []}
              onValueChange={(next) => save({ mode: next as Processor["mode"] })}
            />
          )}
        </Field>
      )}
      <ConfigFields
        key={processor.type}
        node={part}
        type={type}
        errorOf={(name) => form.errorOf(`processor.config.${name}`)}
        edit={(patch) => {
          const config = { ...processor.config, ...patch };
          for (const [name, value] of Object.entries(patch)) {
            if (value === undefined) delete config[name];
          }
          save({ config: config as Processor["config"] });
        }}
      />
      <Field
        label={titleIn(limit)}
        hint={hintIn(limit)}
        error={form.errorOf("processor.timeout_seconds")}
      >
        {(ids) => (
          <Input
            {...ids}
            type="number"
            min={0}
            step="any"
            value={processor.timeout_seconds ?? ""}
            onChange={(event) => {
              const seconds = event.target.valueAsNumber;
              save({ timeout_seconds: seconds > 0 ? seconds : null });
            }}
          />
        )}
      </Field>
      <RetrySettings retry={processor.retry} onChange={(retry) => save({ retry })} />
    </LocalNames>
  );
}
