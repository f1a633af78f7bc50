import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { connectionsQuery } from "@/features/connections/api";
import { Field, Select } from "@/ui/Field";

interface ConnectionFieldProps {
  label: string;
  hint?: string;
  error?: string;
  /** Kinds that can serve here. */
  kinds: unknown;
  value: unknown;
  onChange: (name: string) => void;
}

/** Chooses a connection by its title; the document keeps its name. */
export function ConnectionField({
  label,
  hint,
  error,
  kinds,
  value,
  onChange,
}: ConnectionFieldProps) {
  const { data = [], isSuccess } = useQuery(connectionsQuery);
  const name = typeof value === "string" ? value : "";
  const fitting = data.filter(({ kind }) => !Array.isArray(kinds) || kinds.includes(kind));
  const options = fitting.map((known) => ({ value: known.name, label: known.title }));
  const isKnown = name === "" || options.some((option) => option.value === name);
  return (
    <Field
      label={label}
      hint={
        isSuccess && fitting.length === 0 ? (
          <>
            There is none yet.{" "}
            <Link href="/connections" className="text-primary underline">
              Make one
            </Link>
          </>
        ) : (
          hint
        )
      }
      error={error}
      isRequired
    >
      {(ids) => (
        <Select
          {...ids}
          value={name}
          options={[
            { value: "", label: "Not chosen" },
            ...options,
            ...(isKnown ? [] : [{ value: name, label: `${name} (not known here)` }]),
          ]}
          onValueChange={onChange}
        />
      )}
    </Field>
  );
}
