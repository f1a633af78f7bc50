import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/queries";
import type { ResolveAttention, RunSummary } from "@/api/types";
import type { NodeView, RunEvent } from "@/live/types";
import { apiQuery, type RunFilters } from "./filters";

const PAGE_SIZE = 50;
const EVENTS_AT_ONCE = 500;

export const runListQuery = (filters: RunFilters) =>
  infiniteQueryOptions({
    queryKey: [...keys.runs, "list", apiQuery(filters)],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v1/runs", {
          params: { query: { ...apiQuery(filters), limit: PAGE_SIZE, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (previous) => previous,
  });

export const runQuery = (runId: string) =>
  queryOptions({
    queryKey: keys.run(runId),
    queryFn: () =>
      unwrap(api.GET("/api/v1/runs/{run_id}", { params: { path: { run_id: runId } } })),
  });

/** Under the lists' key, since it changes when other runs move. */
export const familyQuery = (runId: string) =>
  queryOptions({
    queryKey: [...keys.runs, "family", runId],
    queryFn: () =>
      unwrap(api.GET("/api/v1/runs/{run_id}/family", { params: { path: { run_id: runId } } })),
  });

export const nodeRunQuery = (runId: string, nodeId: string, visit: number, seq: string) =>
  queryOptions({
    queryKey: [...keys.run(runId), "node", nodeId, visit, seq],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/runs/{run_id}/nodes/{node_id}", {
          params: { path: { run_id: runId, node_id: nodeId }, query: { visit } },
        }),
      ),
    placeholderData: (previous, query) =>
      query?.queryKey[3] === nodeId && query.queryKey[4] === visit ? previous : undefined,
  });

/** The journal up to this number, read in pieces. */
export async function readJournal(runId: string, upTo: number): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  let since = 0;
  while (since < upTo) {
    const piece = await unwrap(
      api.GET("/api/v1/runs/{run_id}/events", {
        params: { path: { run_id: runId }, query: { since, limit: EVENTS_AT_ONCE } },
      }),
    );
    const last = piece.events.at(-1);
    if (!last) {
      break;
    }
    events.push(...piece.events);
    since = last.seq;
  }
  return events;
}

const path = (runId: string) => ({ params: { path: { run_id: runId } } });

export const pauseRun = (runId: string) =>
  unwrap(api.POST("/api/v1/runs/{run_id}/pause", path(runId)));

export const resumeRun = (runId: string) =>
  unwrap(api.POST("/api/v1/runs/{run_id}/resume", path(runId)));

export const cancelRun = (runId: string, reason: string) =>
  unwrap(api.POST("/api/v1/runs/{run_id}/cancel", { ...path(runId), body: { reason } }));

export const sendSignal = (runId: string, name: string, payload: unknown) =>
  unwrap(api.POST("/api/v1/runs/{run_id}/signal", { ...path(runId), body: { name, payload } }));

/** Sends a machine an event, if nothing has happened since the revision. */
export const sendEvent = (runId: string, name: string, data: unknown, revision: number) =>
  unwrap(
    api.POST("/api/v1/runs/{run_id}/events", {
      ...path(runId),
      body: { name, data, expect_revision: revision },
    }),
  );

export type AttentionChoice = ResolveAttention["choice"];

/** Says how to go on with a node that needs attention. */
export const resolveAttention = (
  runId: string,
  node: NodeView,
  choice: AttentionChoice,
  note: string,
) =>
  unwrap(
    api.POST("/api/v1/runs/{run_id}/attention", {
      ...path(runId),
      body: { node_id: node.node_id, visit: node.visit, choice, note },
    }),
  );

/** Starts a new run that takes over the results up to the node. */
export const retryFrom = (runId: string, nodeId: string): Promise<RunSummary> =>
  unwrap(api.POST("/api/v1/runs/{run_id}/retry", { ...path(runId), body: { node_id: nodeId } }));
