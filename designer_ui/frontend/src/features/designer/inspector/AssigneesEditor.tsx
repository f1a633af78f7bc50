import { isObject } from "@/graph/types";
import { StringListEditor } from "./StringListEditor";

interface AssigneesEditorProps {
  value: unknown;
  onChange: (value: { users: string[]; groups: string[] }) => void;
  hint?: string;
}

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Who may decide: people by user name, groups by name; either may be an expression. */
export function AssigneesEditor({ value, onChange, hint }: AssigneesEditorProps) {
  const users = textsOf(isObject(value) ? value.users : []);
  const groups = textsOf(isObject(value) ? value.groups : []);
  const isOpen = users.length === 0 && groups.length === 0;
  return (
    <fieldset className="space-y-3 rounded-lg border p-3">
      <legend className="px-1 font-medium text-[13px]">Who decides</legend>
      <StringListEditor
        label="People"
        value={users}
        placeholder="User name or ${ … }, then Enter"
        onChange={(next) => onChange({ users: next, groups })}
      />
      <StringListEditor
        label="Groups"
        value={groups}
        placeholder="Group name, then Enter"
        onChange={(next) => onChange({ users, groups: next })}
      />
      <p className="text-muted-foreground text-xs">
        {isOpen ? "Nobody is named: everybody with the permission to decide may answer." : hint}
      </p>
    </fieldset>
  );
}
