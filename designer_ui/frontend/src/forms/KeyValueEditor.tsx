import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { uniqueName } from "@/graph/ids";
import { isObject, type JsonObject } from "@/graph/types";
import { Button } from "@/ui/Button";
import { Input } from "@/ui/Field";
import { IconButton } from "@/ui/IconButton";
import { ExpressionField } from "./ExpressionField";
import { JsonField } from "./JsonField";

interface KeyValueEditorProps {
  label: string;
  value: unknown;
  onChange: (value: JsonObject) => void;
  keyLabel?: string;
  addLabel?: string;
}

/** A number, yes / no or empty value keeps its type when it is typed as such. */
function parseLiteral(text: string): unknown {
  if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  return text;
}

const printLiteral = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

interface RowProps {
  label: string;
  keyLabel: string;
  name: string;
  value: unknown;
  onRename: (name: string) => void;
  onChange: (value: unknown) => void;
  onRemove: () => void;
}

function Row({ label, keyLabel, name, value, onRename, onChange, onRemove }: RowProps) {
  const [draft, setDraft] = useState(name);
  return (
    <li className="rounded-lg border bg-muted/50 p-2">
      <div className="mb-1.5 flex items-center gap-1.5">
        <Input
          aria-label={`${label}: ${keyLabel.toLowerCase()}`}
          className="h-7.5 font-medium"
          value={draft}
          placeholder={keyLabel}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={() => onRename(draft)}
          onKeyDown={(event) => event.key === "Enter" && onRename(draft)}
        />
        <IconButton label={`Remove ${name}`} size="icon-sm" onClick={onRemove}>
          <Trash2 />
        </IconButton>
      </div>
      {isObject(value) || Array.isArray(value) ? (
        <JsonField label={`${label}: ${name}`} value={value} onChange={onChange} />
      ) : (
        <ExpressionField
          label={`${label}: ${name}`}
          isLabelHidden
          value={value === undefined ? "" : printLiteral(value)}
          onChange={(text) => onChange(parseLiteral(text))}
          placeholder="Text or ${ … }"
        />
      )}
    </li>
  );
}

/** An object as a list of names and values; each value may be an expression. */
export function KeyValueEditor({
  label,
  value,
  onChange,
  keyLabel = "Name",
  addLabel = "Add a line",
}: KeyValueEditorProps) {
  const entries = Object.entries(isObject(value) ? value : {});
  const replaceAt = (index: number, entry: [string, unknown] | null) =>
    onChange(
      Object.fromEntries(
        entries.flatMap((each, i) => (i !== index ? [each] : entry ? [entry] : [])),
      ),
    );
  return (
    <fieldset aria-label={label} className="space-y-2">
      <ul className="space-y-2">
        {entries.map(([name, each], index) => (
          <Row
            key={name}
            label={label}
            keyLabel={keyLabel}
            name={name}
            value={each}
            onRename={(next) => {
              const others = new Set(entries.map(([key]) => key).filter((key) => key !== name));
              if (next.trim() && next !== name)
                replaceAt(index, [uniqueName(next.trim(), others), each]);
            }}
            onChange={(next) => replaceAt(index, [name, next])}
            onRemove={() => replaceAt(index, null)}
          />
        ))}
      </ul>
      <Button
        size="sm"
        onClick={() => {
          const name = uniqueName("name", new Set(entries.map(([key]) => key)));
          onChange({ ...(isObject(value) ? value : {}), [name]: "" });
        }}
      >
        <Plus /> {addLabel}
      </Button>
    </fieldset>
  );
}
