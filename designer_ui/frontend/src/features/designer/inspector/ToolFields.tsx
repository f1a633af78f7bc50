import { messageOf } from "@/api/problem";
import { useToolsOf } from "@/features/connections/useTools";
import { isObject, type JsonObject, type NodeType, type WorkflowNode } from "@/graph/types";
import { Field, Select } from "@/ui/Field";
import { useDesigner } from "../store/designerStore";
import { PropertyField } from "./PropertyField";
import { resolveSchema } from "./schemaShape";

interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
}

const TASK_PREFIX = "task:";

function taskTools(catalog: ReadonlyMap<string, NodeType>): Tool[] {
  return [...catalog.values()]
    .filter((type) => type.name.startsWith(TASK_PREFIX))
    .map((type) => ({
      name: type.name.slice(TASK_PREFIX.length),
      title: type.title,
      description: type.description,
      inputSchema: type.config_schema,
    }));
}

/** What the node can call: registered tasks, or what the chosen server offers now. */
function useTools(config: WorkflowNode["config"]) {
  const catalog = useDesigner((state) => state.catalog);
  const isRemote = config.source === "mcp";
  const connection = isRemote && typeof config.connection === "string" ? config.connection : "";
  const { data = [], error, isFetching } = useToolsOf(connection);
  const tools: Tool[] = isRemote
    ? data.map((tool) => ({ ...tool, inputSchema: tool.input_schema }))
    : taskTools(catalog);
  const tool = tools.find(({ name }) => name === config.tool);
  return { tools, tool, error, isFetching };
}

interface ToolFieldProps {
  label: string;
  hint?: string;
  error?: string;
  config: WorkflowNode["config"];
  onChange: (value: unknown) => void;
}

/** Chooses what is called. */
export function ToolField({ label, hint, error, config, onChange }: ToolFieldProps) {
  const { tools, tool, error: failure, isFetching } = useTools(config);
  const name = typeof config.tool === "string" ? config.tool : "";
  const unknown = name && !tool ? [{ value: name, label: `${name} (not known here)` }] : [];
  return (
    <Field
      label={label}
      hint={isFetching ? "Asking the server…" : tool?.description || hint}
      error={failure ? messageOf(failure) : error}
      isRequired
    >
      {(ids) => (
        <Select
          {...ids}
          value={name}
          options={[
            { value: "", label: "Not chosen" },
            ...tools.map((each) => ({ value: each.name, label: each.title })),
            ...unknown,
          ]}
          onValueChange={onChange}
        />
      )}
    </Field>
  );
}

/** The arguments as the chosen tool's schema wants them; free while it is not known. */
export function ToolArguments({ label, hint, error, config, onChange }: ToolFieldProps) {
  const { tool } = useTools(config);
  const value = isObject(config.arguments) ? config.arguments : {};
  const properties = isObject(tool?.inputSchema.properties) ? tool.inputSchema.properties : null;
  if (!tool || !properties) {
    return (
      <PropertyField
        label={label}
        hint={hint}
        error={error}
        isRequired={false}
        isLiteral={false}
        schema={{ type: "object" }}
        value={value}
        onChange={onChange}
      />
    );
  }
  const required = Array.isArray(tool.inputSchema.required) ? tool.inputSchema.required : [];
  const textOf = (text: unknown) => (typeof text === "string" ? text : undefined);
  return (
    <fieldset className="space-y-4 rounded-lg border p-3">
      <legend className="px-1 font-medium text-[13px]">{label}</legend>
      {Object.entries(properties).map(([name, raw]) => {
        const schema = resolveSchema(raw, tool.inputSchema);
        return (
          <PropertyField
            key={name}
            label={textOf(schema.title) ?? name}
            hint={textOf(schema.description)}
            isRequired={required.includes(name)}
            isLiteral={false}
            schema={schema}
            value={value[name]}
            onChange={(next) => {
              const { [name]: _before, ...others } = value;
              onChange(next === undefined ? others : { ...others, [name]: next });
            }}
          />
        );
      })}
      {Object.keys(properties).length === 0 && (
        <p className="text-muted-foreground text-xs">It takes no arguments.</p>
      )}
      {error && <p className="text-status-failed text-xs">{error}</p>}
    </fieldset>
  );
}
