import type { ConnectionView, CreateConnection, UpdateConnection } from "@/api/types";

export type ConnectionKind = ConnectionView["kind"];

export const KINDS: readonly { value: ConnectionKind; label: string }[] = [
  { value: "openai_compatible", label: "OpenAI-compatible" },
  { value: "anthropic", label: "Anthropic" },
  { value: "google", label: "Google" },
  { value: "mcp_http", label: "MCP server" },
  { value: "mcp_stdio", label: "MCP program" },
];

export const kindLabel = (kind: string): string =>
  KINDS.find(({ value }) => value === kind)?.label ?? kind;

export const isModelKind = (kind: ConnectionKind): boolean => !kind.startsWith("mcp_");

/** What a model costs, as it is typed. `id` tells rows apart. */
export interface PriceRow {
  readonly id: number;
  readonly model: string;
  readonly input: string;
  readonly output: string;
}

/** The fields of the dialog, as they are typed. */
export interface ConnectionForm {
  readonly kind: ConnectionKind;
  readonly title: string;
  readonly name: string;
  readonly address: string;
  readonly prices: readonly PriceRow[];
  readonly command: string;
  /** One argument a line. */
  readonly args: string;
  readonly secretVariable: string;
  /** Empty on an existing connection: the secret stays. */
  readonly secret: string;
  readonly isSecretForgotten: boolean;
}

const EMPTY: ConnectionForm = {
  kind: "openai_compatible",
  title: "",
  name: "",
  address: "",
  prices: [],
  command: "",
  args: "",
  secretVariable: "MCP_SECRET",
  secret: "",
  isSecretForgotten: false,
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** The form of an existing connection, or of a new one. */
export function formOf(connection?: ConnectionView): ConnectionForm {
  if (!connection) return EMPTY;
  const { settings } = connection;
  const prices = isRecord(settings.prices) ? settings.prices : {};
  return {
    ...EMPTY,
    kind: connection.kind,
    title: connection.title,
    name: connection.name,
    address: textOf(settings.base_url) || textOf(settings.url),
    prices: Object.entries(prices).map(([model, price], id) => ({
      id,
      model,
      input: isRecord(price) ? String(price.input) : "",
      output: isRecord(price) ? String(price.output) : "",
    })),
    command: textOf(settings.command),
    args: Array.isArray(settings.args) ? settings.args.join("\n") : "",
    secretVariable: textOf(settings.secret_variable) || EMPTY.secretVariable,
  };
}

type Settings = CreateConnection["settings"];

/** What is not secret, in the shape of the kind. */
export function settingsOf(form: ConnectionForm): Settings {
  if (form.kind === "mcp_http") return { url: form.address.trim() };
  if (form.kind === "mcp_stdio") {
    return {
      command: form.command.trim(),
      args: form.args.split("\n").filter((line) => line !== ""),
      secret_variable: form.secretVariable.trim(),
    };
  }
  const prices = form.prices
    .filter((row) => row.model.trim() !== "")
    .map((row) => [row.model.trim(), { input: Number(row.input), output: Number(row.output) }]);
  return { base_url: form.address.trim() || null, prices: Object.fromEntries(prices) };
}

export function creationOf(form: ConnectionForm): CreateConnection {
  return {
    title: form.title.trim(),
    name: form.name.trim() || null,
    kind: form.kind,
    settings: settingsOf(form),
    secret: form.secret,
  };
}

export function changeOf(form: ConnectionForm): UpdateConnection {
  return {
    title: form.title.trim(),
    settings: settingsOf(form),
    secret: form.isSecretForgotten ? "" : form.secret || null,
  };
}

/** Where the connection leads, in a few words. */
export function destinationOf(connection: ConnectionView): string {
  const form = formOf(connection);
  if (form.command) return [form.command, ...form.args.split("\n")].join(" ").trim();
  return form.address || "the maker's own address";
}
