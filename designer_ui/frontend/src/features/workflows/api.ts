import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/queries";
import type { WorkflowSummary } from "@/api/types";

export type WorkflowKind = WorkflowSummary["kind"];

export interface WorkflowFilters {
  readonly search: string;
  readonly kind: WorkflowKind | "";
  readonly isArchived: boolean;
}

export const KINDS: readonly { value: WorkflowKind; label: string }[] = [
  { value: "graph", label: "Graph" },
  { value: "pipeline", label: "Pipeline" },
  { value: "saga", label: "Saga" },
  { value: "bulk", label: "Bulk job" },
  { value: "state_machine", label: "State machine" },
];

/** Kinds that can be drawn from an empty page, and what each is good for. */
export const DRAWN_KINDS: readonly { kind: WorkflowKind; description: string }[] = [
  { kind: "graph", description: "Nodes and connections: splits, joins, loops, error ways." },
  { kind: "pipeline", description: "Steps from top to bottom, with conditions and branches." },
  { kind: "saga", description: "Steps that are undone, newest first, when one of them fails." },
  { kind: "bulk", description: "The same for every item of a list or a file, in batches." },
  { kind: "state_machine", description: "States that events lead from one to the next." },
];

export function kindLabel(kind: string): string {
  return KINDS.find(({ value }) => value === kind)?.label ?? kind.replaceAll("_", " ");
}

export const workflowListQuery = (filters: WorkflowFilters) =>
  infiniteQueryOptions({
    queryKey: [...keys.workflows, "list", filters],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v1/workflows", {
          params: {
            query: {
              search: filters.search || undefined,
              kind: filters.kind || undefined,
              archived: filters.isArchived || undefined,
              cursor: pageParam,
            },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (previous) => previous,
  });

export const templatesQuery = queryOptions({
  queryKey: [...keys.workflows, "templates"],
  queryFn: () => unwrap(api.GET("/api/v1/workflows/templates")),
  staleTime: 10 * 60_000,
});

export const versionListQuery = (workflowId: string) =>
  queryOptions({
    queryKey: keys.versions(workflowId),
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/workflows/{workflow_id}/versions", {
          params: { path: { workflow_id: workflowId } },
        }),
      ),
  });

export const versionQuery = (workflowId: string, number: number) =>
  queryOptions({
    queryKey: [...keys.versions(workflowId), number],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/workflows/{workflow_id}/versions/{number}", {
          params: { path: { workflow_id: workflowId, number } },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What changes from a version to a later one, or to the draft. */
export const changesQuery = (workflowId: string, from: number, to: number | "draft") =>
  queryOptions({
    queryKey: [...keys.versions(workflowId), "changes", from, to],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/workflows/{workflow_id}/versions/{number}/diff", {
          params: {
            path: { workflow_id: workflowId, number: from },
            query: { against: String(to) },
          },
        }),
      ),
    select: ({ changes }) => changes,
  });

const path = (workflowId: string) => ({ params: { path: { workflow_id: workflowId } } });

export const createWorkflow = (title: string, kind: WorkflowKind, template?: string) =>
  unwrap(api.POST("/api/v1/workflows", { body: { title, kind, template } }));

export const importWorkflow = (text: string, title: string) =>
  unwrap(api.POST("/api/v1/workflows/import", { body: { text, title: title || undefined } }));

export const duplicateWorkflow = (workflowId: string) =>
  unwrap(api.POST("/api/v1/workflows/{workflow_id}/duplicate", { ...path(workflowId), body: {} }));

export const archiveWorkflow = (workflowId: string) =>
  unwrap(api.POST("/api/v1/workflows/{workflow_id}/archive", path(workflowId)));

export const restoreWorkflow = (workflowId: string) =>
  unwrap(api.POST("/api/v1/workflows/{workflow_id}/restore", path(workflowId)));

/** What a workflow of a kind can be saved as, and what people call that. */
export function exportFormats(kind: string): { format: string; label: string }[] {
  return [
    { format: "json", label: "JSON" },
    { format: "yaml", label: "YAML" },
    { format: "python", label: "Python" },
    ...(kind === "state_machine" ? [{ format: "scxml", label: "SCXML" }] : []),
  ];
}

/** Lets the browser save the workflow's draft as a file, whose name the server tells. */
export const saveExport = (workflowId: string, format: string): void =>
  window.location.assign(`/api/v1/workflows/${workflowId}/export?format=${format}`);
