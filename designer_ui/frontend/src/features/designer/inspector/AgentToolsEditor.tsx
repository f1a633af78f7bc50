import { Trash2 } from "lucide-react";
import { usePermission } from "@/api/queries";
import { useToolGroups } from "@/features/connections/useTools";
import { isObject, type JsonObject } from "@/graph/types";
import { Checkbox, Field, Select } from "@/ui/Field";
import { IconButton } from "@/ui/IconButton";
import { useDesigner } from "../store/designerStore";

interface AgentToolsEditorProps {
  label: string;
  hint?: string;
  error?: string;
  value: unknown;
  onChange: (tools: JsonObject[]) => void;
}

interface Choice {
  readonly key: string;
  readonly label: string;
  readonly entry: JsonObject;
}

const TASK_PREFIX = "task:";
const keyOf = (entry: JsonObject): string =>
  [entry.source ?? "task", entry.connection ?? "", entry.tool].join(" ");

/** Tasks of this installation, and tools of all servers that answer. */
function useChoices(): Choice[] {
  const catalog = useDesigner((state) => state.catalog);
  const groups = useToolGroups(usePermission("view_connection"));
  const tasks = [...catalog.values()]
    .filter((type) => type.name.startsWith(TASK_PREFIX))
    .map((type) => ({
      label: type.title,
      entry: { source: "task", connection: "", tool: type.name.slice(TASK_PREFIX.length) },
    }));
  const remote = groups.flatMap(({ connection, tools }) =>
    tools.map((tool) => ({
      label: `${connection.title}: ${tool.title}`,
      entry: { source: "mcp", connection: connection.name, tool: tool.name },
    })),
  );
  return [...tasks, ...remote].map((choice) => ({ ...choice, key: keyOf(choice.entry) }));
}

/** What an agent may call, and for which of it people are asked first. */
export function AgentToolsEditor({ label, hint, error, value, onChange }: AgentToolsEditorProps) {
  const choices = useChoices();
  const tools = Array.isArray(value) ? value.filter(isObject) : [];
  const chosen = new Set(tools.map(keyOf));
  const open = choices.filter(({ key }) => !chosen.has(key));
  const add = (key: string) => {
    const choice = choices.find((each) => each.key === key);
    if (choice) onChange([...tools, { ...choice.entry, approval: false }]);
  };
  return (
    <div className="space-y-2">
      <Field label={label} hint={hint} error={error}>
        {(ids) => (
          <Select
            {...ids}
            value=""
            options={[
              { value: "", label: open.length > 0 ? "Add a tool" : "There is no other tool" },
              ...open.map(({ key, label: title }) => ({ value: key, label: title })),
            ]}
            onValueChange={add}
          />
        )}
      </Field>
      {tools.length > 0 && (
        <ul aria-label="Chosen tools" className="rounded-lg border">
          {tools.map((tool, index) => {
            const key = keyOf(tool);
            const title = choices.find((choice) => choice.key === key)?.label ?? String(tool.tool);
            const change = (next: JsonObject[]) =>
              onChange([...tools.slice(0, index), ...next, ...tools.slice(index + 1)]);
            return (
              <li key={key} className="flex items-center gap-2 border-b px-3 py-1.5 last:border-0">
                <span className="min-w-0 flex-1 truncate text-[13px]">{title}</span>
                <Checkbox
                  label="Ask first"
                  aria-label={`Ask first for ${title}`}
                  checked={tool.approval === true}
                  onCheckedChange={(approval) => change([{ ...tool, approval }])}
                />
                <IconButton label={`Remove ${title}`} onClick={() => change([])}>
                  <Trash2 />
                </IconButton>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
