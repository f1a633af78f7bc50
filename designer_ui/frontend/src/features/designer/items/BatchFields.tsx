import { fitNumber } from "@/bulk/limits";
import type { ItemWork } from "@/bulk/parts";
import type { JsonObject } from "@/graph/types";
import { Checkbox, Field, Input, Select } from "@/ui/Field";
import { PropertyField } from "../inspector/PropertyField";
import { hintIn, titleIn, useWorkSchema, type WorkForm } from "./workForm";

interface NumberFieldProps {
  schema: JsonObject;
  error: string | undefined;
  value: number;
  onChange: (value: number) => void;
}

/** A number that is always there: what is cleared becomes the default. */
function NumberField({ schema, error, value, onChange }: NumberFieldProps) {
  return (
    <PropertyField
      label={titleIn(schema)}
      hint={hintIn(schema)}
      error={error}
      isRequired
      isLiteral
      schema={schema}
      value={value}
      onChange={(next) =>
        onChange(typeof next === "number" ? fitNumber(schema, next) : Number(schema.default))
      }
    />
  );
}

const TOLERANCES = [
  { value: "any", label: "Go on: failures are only counted" },
  { value: "count", label: "Fail after a number of failed items" },
  { value: "percent", label: "Fail after a percentage of failed items" },
];
/** What a threshold begins with. */
const USUAL = { count: 10, percent: 5 };

type Threshold = ItemWork["failure_threshold"];

/** How many items may fail: any, a number, or a share of all. */
function ThresholdFields({ form }: { form: WorkForm }) {
  const schemaAt = useWorkSchema();
  const threshold = form.work.failure_threshold;
  const error = form.errorOf("failure_threshold");
  const limits = (["count", "percent"] as const).filter((name) => threshold[name] !== null);
  const save = (next: Partial<Threshold>) =>
    form.edit({ failure_threshold: { count: null, percent: null, ...next } });
  return (
    <div className="space-y-3">
      <Field label="When items fail" error={limits.length === 0 ? error : undefined}>
        {(ids) => (
          <Select
            {...ids}
            value={limits[0] ?? "any"}
            options={TOLERANCES}
            onValueChange={(name) =>
              save(name === "any" ? {} : { [name]: USUAL[name as keyof typeof USUAL] })
            }
          />
        )}
      </Field>
      {limits.map((name) => {
        const schema = schemaAt("failure_threshold", name);
        return (
          <Field key={name} label={titleIn(schema)} hint={hintIn(schema)} error={error}>
            {(ids) => (
              <Input
                {...ids}
                type="number"
                min={0}
                max={name === "percent" ? 100 : undefined}
                step={name === "percent" ? "any" : 1}
                value={threshold[name] ?? ""}
                onChange={(event) => {
                  const given = event.target.valueAsNumber;
                  const others = limits.length > 1 ? threshold : {};
                  save({ ...others, [name]: fitNumber(schema, Number.isNaN(given) ? 0 : given) });
                }}
              />
            )}
          </Field>
        );
      })}
    </div>
  );
}

function BreakerFields({ form }: { form: WorkForm }) {
  const schemaAt = useWorkSchema();
  const breaker = form.work.circuit_breaker;
  const schema = schemaAt("circuit_breaker");
  return (
    <div className="space-y-3">
      <div className="space-y-1">
        <Checkbox
          label={titleIn(schema)}
          checked={breaker !== null}
          onCheckedChange={(isOn) =>
            form.edit({ circuit_breaker: isOn ? { failures: 5, open_seconds: 30 } : null })
          }
        />
        <p className="text-muted-foreground text-xs">{hintIn(schema)}</p>
      </div>
      {breaker && (
        <div className="grid grid-cols-2 gap-3 rounded-lg border bg-muted/50 p-3">
          {(["failures", "open_seconds"] as const).map((name) => (
            <NumberField
              key={name}
              schema={schemaAt("circuit_breaker", name)}
              error={form.errorOf(`circuit_breaker.${name}`)}
              value={breaker[name]}
              onChange={(next) => form.edit({ circuit_breaker: { ...breaker, [name]: next } })}
            />
          ))}
        </div>
      )}
    </div>
  );
}

/** How much is done at once, and what happens when items fail. */
export function BatchFields({ form }: { form: WorkForm }) {
  const schemaAt = useWorkSchema();
  return (
    <>
      {(["batch_size", "max_concurrency"] as const).map((name) => (
        <NumberField
          key={name}
          schema={schemaAt(name)}
          error={form.errorOf(name)}
          value={form.work[name]}
          onChange={(next) => form.edit({ [name]: next })}
        />
      ))}
      <ThresholdFields form={form} />
      <BreakerFields form={form} />
      <PropertyField
        label={titleIn(schemaAt("enough"))}
        hint={hintIn(schemaAt("enough"))}
        error={form.errorOf("enough")}
        isRequired={false}
        isLiteral
        schema={schemaAt("enough")}
        value={form.work.enough ?? undefined}
        onChange={(next) =>
          form.edit({
            enough: typeof next === "number" ? fitNumber(schemaAt("enough"), next) : null,
          })
        }
      />
    </>
  );
}
