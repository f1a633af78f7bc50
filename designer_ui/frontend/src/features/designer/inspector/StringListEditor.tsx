import { X } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { Field, Input } from "@/ui/Field";

interface StringListEditorProps {
  label: string;
  hint?: string;
  value: unknown;
  onChange: (value: string[]) => void;
  placeholder?: string;
}

/** A list of texts as chips; Enter or a comma adds one. */
export function StringListEditor({
  label,
  hint,
  value,
  onChange,
  placeholder,
}: StringListEditorProps) {
  const [draft, setDraft] = useState("");
  const entries = Array.isArray(value) ? value.map(String) : [];
  const add = () => {
    const texts = draft
      .split(",")
      .map((text) => text.trim())
      .filter((text) => text && !entries.includes(text));
    setDraft("");
    if (texts.length > 0) onChange([...entries, ...texts]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      add();
    }
    if (event.key === "Backspace" && draft === "" && entries.length > 0)
      onChange(entries.slice(0, -1));
  };
  return (
    <Field label={label} hint={hint}>
      {(ids) => (
        <div className="space-y-1.5">
          {entries.length > 0 && (
            <ul className="flex flex-wrap gap-1">
              {entries.map((entry) => (
                <li
                  key={entry}
                  className="inline-flex h-6 items-center gap-1 rounded-full border bg-muted pr-1 pl-2.5 text-xs"
                >
                  {entry}
                  <button
                    type="button"
                    aria-label={`Remove ${entry}`}
                    className="rounded-full p-0.5 hover:bg-accent"
                    onClick={() => onChange(entries.filter((each) => each !== entry))}
                  >
                    <X aria-hidden className="size-3" />
                  </button>
                </li>
              ))}
            </ul>
          )}
          <Input
            {...ids}
            value={draft}
            placeholder={placeholder ?? "Type, then Enter"}
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={onKeyDown}
            onBlur={add}
          />
        </div>
      )}
    </Field>
  );
}
