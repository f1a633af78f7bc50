import { useState } from "react";
import { inputFieldOf } from "@/bulk/parts";
import { inputSchemaOf } from "@/documents/names";
import { ValueEditor } from "@/forms/ValueEditor";
import { isObject } from "@/graph/types";
import { Field, Select } from "@/ui/Field";
import { useDocument } from "../store/designerStore";
import { hintIn, titleIn, useWorkSchema, type WorkForm } from "./workForm";

/** Where the items come from: a field of the start form, or anything else that is a list. */
export function SourceFields({ form }: { form: WorkForm }) {
  const document = useDocument();
  const schemaAt = useWorkSchema();
  const { items } = form.work;
  const { properties } = inputSchemaOf(document);
  const fields = Object.entries(isObject(properties) ? properties : {});
  const name = inputFieldOf(items);
  const isInput = name !== null && fields.some(([field]) => field === name);
  const [isFree, setFree] = useState(!isInput);
  const error = form.errorOf("items");
  const schema = schemaAt("items");
  const showsFree = isFree || !isInput;
  const choose = (field: string) => {
    setFree(field === "");
    if (field !== "") form.edit({ items: `\${ input.${field} }` });
  };
  return (
    <>
      {fields.length > 0 && (
        <Field
          label="Where the items come from"
          hint="A field of the start form takes a list, or a file whose rows are the items."
          error={showsFree ? undefined : error}
        >
          {(ids) => (
            <Select
              {...ids}
              value={showsFree ? "" : (name ?? "")}
              options={[
                ...fields.map(([field, each]) => ({
                  value: field,
                  label: `Start form: ${isObject(each) && titleIn(each) ? titleIn(each) : field}`,
                })),
                { value: "", label: "An expression, or a fixed list" },
              ]}
              onValueChange={choose}
            />
          )}
        </Field>
      )}
      {showsFree && (
        <ValueEditor
          label={titleIn(schema)}
          hint={hintIn(schema)}
          error={error}
          isRequired
          value={items}
          onChange={(next) => form.edit({ items: next as typeof items })}
        />
      )}
    </>
  );
}
