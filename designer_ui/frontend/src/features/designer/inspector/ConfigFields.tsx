import type { Part } from "@/documents/types";
import { isObject, type JsonObject, type NodeType } from "@/graph/types";
import { AgentToolsEditor } from "./AgentToolsEditor";
import { AssigneesEditor } from "./AssigneesEditor";
import { BranchesEditor } from "./BranchesEditor";
import { ConnectionField } from "./ConnectionField";
import { OutcomesEditor } from "./OutcomesEditor";
import { PropertyField } from "./PropertyField";
import { SchemaEditor } from "./SchemaEditor";
import { isShown, resolveSchema } from "./schemaShape";
import { ToolArguments, ToolField } from "./ToolFields";
import type { EditConfig } from "./useEditConfig";

interface EditorProps {
  node: Part;
  type: NodeType;
  name: string;
  schema: JsonObject;
  isRequired: boolean;
  error: string | undefined;
  edit: EditConfig;
}

function FieldEditor({ node, type, name, schema, isRequired, error, edit }: EditorProps) {
  const value = node.config[name];
  const title = typeof schema.title === "string" ? schema.title : name;
  const hint = typeof schema.description === "string" ? schema.description : undefined;
  if (node.type === "gate" && name === "branches") {
    return <BranchesEditor nodeId={node.id} value={value} edit={edit} />;
  }
  if (node.type === "human" && name === "outcomes") {
    return <OutcomesEditor value={value ?? type.default_config.outcomes} edit={edit} />;
  }
  if (
    (node.type === "human" && name === "assignees") ||
    (node.type === "agent" && name === "approvers")
  ) {
    return (
      <AssigneesEditor value={value} onChange={(people) => edit({ [name]: people })} hint={hint} />
    );
  }
  if (schema["x-widget"] === "agent-tools") {
    return (
      <AgentToolsEditor
        label={title}
        hint={hint}
        error={error}
        value={value}
        onChange={(tools) => edit({ [name]: tools })}
      />
    );
  }
  if (schema["x-widget"] === "json-schema") {
    return (
      <SchemaEditor
        label={title}
        hint={hint}
        value={value}
        onChange={(next) => edit({ [name]: next })}
      />
    );
  }
  if (schema["x-widget"] === "connection") {
    return (
      <ConnectionField
        label={title}
        hint={hint}
        error={error}
        kinds={schema["x-connection-kinds"]}
        value={value}
        onChange={(next) => edit({ [name]: next })}
      />
    );
  }
  if (schema["x-widget"] === "tool" || schema["x-widget"] === "tool-arguments") {
    const ToolEditor = schema["x-widget"] === "tool" ? ToolField : ToolArguments;
    return (
      <ToolEditor
        label={title}
        hint={hint}
        error={error}
        config={node.config}
        onChange={(next) => edit({ [name]: next })}
      />
    );
  }
  return (
    <PropertyField
      label={title}
      hint={hint}
      error={error}
      isRequired={isRequired}
      isLiteral={type.literal_fields.includes(name)}
      schema={schema}
      value={value}
      onChange={(next) => edit({ [name]: next })}
    />
  );
}

interface ConfigFieldsProps {
  node: Part;
  type: NodeType | undefined;
  edit: EditConfig;
  /** The problem of a field, by its name. */
  errorOf: (name: string) => string | undefined;
}

/** The fields of a config, made from the JSON Schema of its type. */
export function ConfigFields({ node, type, edit, errorOf }: ConfigFieldsProps) {
  if (!type) {
    return (
      <p className="text-[13px] text-status-failed">
        The type “{node.type}” is not known here. Its task may have been removed or renamed.
      </p>
    );
  }
  const properties = isObject(type.config_schema.properties) ? type.config_schema.properties : {};
  const required = Array.isArray(type.config_schema.required) ? type.config_schema.required : [];
  const fields = Object.entries(properties).filter(
    ([, schema]) => isObject(schema) && isShown(schema, { ...type.default_config, ...node.config }),
  );
  if (fields.length === 0) {
    return <p className="text-[13px] text-muted-foreground">There is nothing to set up.</p>;
  }
  return fields.map(([name, schema]) => (
    <FieldEditor
      key={name}
      node={node}
      type={type}
      name={name}
      schema={resolveSchema(schema, type.config_schema)}
      isRequired={required.includes(name)}
      error={errorOf(name)}
      edit={edit}
    />
  ));
}
