import type { RunStatus } from "@/live/types";

/** What the run list is narrowed to. It lives in the URL, so that a list can be sent and bookmarked. */
export interface RunFilters {
  readonly status: readonly RunStatus[];
  readonly workflow: string;
  readonly version: string;
  readonly search: string;
  readonly businessKey: string;
  /** Local days, YYYY-MM-DD, both included; or exact moments, as links from figures name them. */
  readonly from: string;
  readonly to: string;
  /** Runs that need a look: nothing moves in them, or people let their time pass. */
  readonly trouble: Trouble | "";
  /** Also runs that steps of other runs started. */
  readonly hasChildren: boolean;
}

export type Trouble = "stuck" | "overdue";

export const RUN_STATUSES: readonly RunStatus[] = [
  "running",
  "waiting",
  "paused",
  "compensating",
  "needs_attention",
  "succeeded",
  "failed",
  "cancelled",
  "compensated",
];

export const NO_FILTERS: RunFilters = {
  status: [],
  workflow: "",
  version: "",
  search: "",
  businessKey: "",
  from: "",
  to: "",
  trouble: "",
  hasChildren: false,
};

/** The filters that a URL's query names; what it cannot mean is left out. */
export function parseFilters(query: string): RunFilters {
  const params = new URLSearchParams(query);
  const status = params
    .getAll("status")
    .flatMap((value) => value.split(","))
    .filter((value): value is RunStatus => RUN_STATUSES.includes(value as RunStatus));
  const workflow = params.get("workflow") ?? "";
  return {
    status: [...new Set(status)],
    workflow,
    version: workflow ? digits(params.get("version")) : "",
    search: params.get("search") ?? "",
    businessKey: params.get("business_key") ?? "",
    from: day(params.get("from") ?? params.get("created_after")),
    to: day(params.get("to") ?? params.get("created_before")),
    trouble: troubleOf(params),
    hasChildren: params.get("include_children") === "true",
  };
}

/** The query that names these filters, without a question mark. */
export function formatFilters(filters: RunFilters): string {
  return new URLSearchParams(
    pairs([
      ["status", filters.status.join(",")],
      ["workflow", filters.workflow],
      ["version", filters.version],
      ["search", filters.search],
      ["business_key", filters.businessKey],
      ["from", filters.from],
      ["to", filters.to],
      [filters.trouble || "stuck", filters.trouble && "true"],
      ["include_children", filters.hasChildren ? "true" : ""],
    ]),
  ).toString();
}

/** The API's parameters for these filters. Days become moments of the person's time zone. */
export interface RunListParameters {
  status?: RunStatus[];
  workflow?: string;
  version?: number;
  search?: string;
  business_key?: string;
  created_after?: string;
  created_before?: string;
  stuck?: boolean;
  overdue?: boolean;
  include_children?: boolean;
}

export function apiQuery(filters: RunFilters): RunListParameters {
  return {
    status: filters.status.length > 0 ? [...filters.status] : undefined,
    workflow: filters.workflow || undefined,
    version: filters.version ? Number(filters.version) : undefined,
    search: filters.search || undefined,
    business_key: filters.businessKey || undefined,
    created_after: filters.from ? moment(filters.from, 0) : undefined,
    created_before: filters.to ? moment(filters.to, 1) : undefined,
    stuck: filters.trouble === "stuck" || undefined,
    overdue: filters.trouble === "overdue" || undefined,
    include_children: filters.hasChildren || undefined,
  };
}

export function hasFilters(filters: RunFilters): boolean {
  return formatFilters(filters) !== "";
}

function pairs(all: readonly [string, string][]): [string, string][] {
  return all.filter(([, value]) => value !== "");
}

function troubleOf(params: URLSearchParams): Trouble | "" {
  if (params.get("stuck") === "true") {
    return "stuck";
  }
  return params.get("overdue") === "true" ? "overdue" : "";
}

function digits(value: string | null): string {
  return value !== null && /^\d+$/.test(value) ? value : "";
}

function day(value: string | null): string {
  return value === null || Number.isNaN(Date.parse(value)) ? "" : value;
}

/** The local day that a filter's day or moment lies in. */
export function dayOf(value: string): string {
  if (value === "" || isDay(value)) {
    return value;
  }
  const date = new Date(value);
  const month = String(date.getMonth() + 1).padStart(2, "0");
  return `${date.getFullYear()}-${month}-${String(date.getDate()).padStart(2, "0")}`;
}

/** "12:40" for an exact moment, nothing for a day. */
export function clockOf(value: string): string {
  return value === "" || isDay(value)
    ? ""
    : new Date(value).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

function isDay(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(value);
}

function moment(value: string, daysLater: number): string {
  if (!isDay(value)) {
    return new Date(value).toISOString();
  }
  const date = new Date(`${value}T00:00:00`);
  date.setDate(date.getDate() + daysLater);
  return date.toISOString();
}
