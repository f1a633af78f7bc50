import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { workflowNamesQuery } from "@/api/queries";
import { Field, Select } from "@/ui/Field";

interface WorkflowFieldProps {
  label: string;
  hint?: string;
  error?: string;
  isRequired: boolean;
  /** The workflow's name; empty where none is chosen. */
  value: string;
  onChange: (name: string) => void;
}

/** Chooses one of the workflows that there are, by title. */
export function WorkflowField({ value, onChange, ...field }: WorkflowFieldProps) {
  const { data } = useQuery(workflowNamesQuery);
  const known = data?.items ?? [];
  const chosen = known.find(({ name }) => name === value);
  return (
    <Field
      {...field}
      aside={
        chosen && (
          <Link href={`/workflows/${chosen.id}`} className="text-primary text-xs hover:underline">
            Open
          </Link>
        )
      }
    >
      {(ids) => (
        <Select
          {...ids}
          value={value}
          onValueChange={onChange}
          options={[
            ...(value === "" ? [{ value: "", label: "Choose a workflow" }] : []),
            ...(value !== "" && !chosen ? [{ value, label: value }] : []),
            ...known.map(({ name, title }) => ({ value: name, label: title })),
          ]}
        />
      )}
    </Field>
  );
}
