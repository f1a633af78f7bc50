import { Plus, Trash2 } from "lucide-react";
import { Button } from "@/ui/Button";
import { Input } from "@/ui/Field";
import { IconButton } from "@/ui/IconButton";
import type { PriceRow } from "./connectionForm";

interface PriceEditorProps {
  rows: readonly PriceRow[];
  onChange: (rows: readonly PriceRow[]) => void;
}

const COLUMNS = [
  { field: "model", label: "Model", type: "text" },
  { field: "input", label: "Read", type: "number" },
  { field: "output", label: "Written", type: "number" },
] as const;

/** What models cost, a row each. */
export function PriceEditor({ rows, onChange }: PriceEditorProps) {
  const nextId = Math.max(0, ...rows.map((row) => row.id)) + 1;
  return (
    <fieldset className="space-y-2">
      <legend className="font-medium text-[13px]">Prices for a million tokens</legend>
      <p className="text-muted-foreground text-xs">
        Runs then tell what a model cost. Without a price there is no cost.
      </p>
      {rows.map((row, index) => (
        <div key={row.id} className="flex items-center gap-2">
          {COLUMNS.map(({ field, label, type }) => (
            <Input
              key={field}
              type={type}
              min={0}
              step="any"
              required
              aria-label={`${label}, price ${index + 1}`}
              placeholder={label}
              value={row[field]}
              className={field === "model" ? "flex-2" : "flex-1"}
              onChange={(event) =>
                onChange(
                  rows.map((known) =>
                    known.id === row.id ? { ...known, [field]: event.target.value } : known,
                  ),
                )
              }
            />
          ))}
          <IconButton
            label={`Remove price ${index + 1}`}
            onClick={() => onChange(rows.filter((known) => known.id !== row.id))}
          >
            <Trash2 />
          </IconButton>
        </div>
      ))}
      <Button
        size="sm"
        onClick={() => onChange([...rows, { id: nextId, model: "", input: "", output: "" }])}
      >
        <Plus aria-hidden /> Add a price
      </Button>
    </fieldset>
  );
}
