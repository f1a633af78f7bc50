import type { ItemWork } from "@/bulk/parts";
import { ExpressionField } from "@/forms/ExpressionField";
import { ValueEditor } from "@/forms/ValueEditor";
import { Field, Select } from "@/ui/Field";
import { choicesOf } from "../inspector/schemaShape";
import { LocalNames } from "./LocalNames";
import { hintIn, titleIn, useLocalScope, useWorkSchema, type WorkForm } from "./workForm";

type Result = ItemWork["result"];

/** What becomes of the outputs: all are kept, some are, or they are combined into one value. */
export function ResultFields({ form }: { form: WorkForm }) {
  const schemaAt = useWorkSchema();
  const scope = useLocalScope(form.work, "result");
  const { result } = form.work;
  const save = (patch: Partial<Result>) => form.edit({ result: { ...result, ...patch } });
  const words = (name: keyof Result) => {
    const schema = schemaAt("result", name);
    return { label: titleIn(schema), hint: hintIn(schema), error: form.errorOf(`result.${name}`) };
  };
  return (
    <LocalNames scope={scope}>
      <Field {...words("mode")}>
        {(ids) => (
          <Select
            {...ids}
            value={result.mode}
            options={choicesOf(schemaAt("result", "mode")) ?? []}
            onValueChange={(mode) => save({ mode: mode as Result["mode"] })}
          />
        )}
      </Field>
      {result.mode === "filter" && (
        <ExpressionField
          {...words("keep")}
          isRequired
          mode="expression"
          placeholder="output.amount > 1000"
          value={result.keep}
          onChange={(keep) => save({ keep })}
        />
      )}
      {result.mode === "reduce" && (
        <>
          <ValueEditor
            {...words("initial")}
            preferred="json"
            value={result.initial}
            onChange={(initial) => save({ initial: initial as Result["initial"] })}
          />
          <ValueEditor
            {...words("combine")}
            isRequired
            value={result.combine}
            onChange={(combine) => save({ combine: combine as Result["combine"] })}
          />
        </>
      )}
    </LocalNames>
  );
}
