import { queryOptions } from "@tanstack/react-query";
import { api, refusal, unwrap } from "@/api/client";
import { keys } from "@/api/queries";
import type { BulkView } from "@/api/types";
import { firstLines } from "./firstLines";

export type Outcome = "results" | "failures";
export type LineFormat = "jsonl" | "csv";

/** As many failures as are read with the page; a download has them all. */
export const FAILURES_SHOWN = 20;

/** One item that failed, as its download tells it. */
export interface ItemFailure {
  readonly index: number;
  /** Of the file; null for items of a list. */
  readonly row: number | null;
  readonly attempts: number;
  readonly type: string;
  readonly message: string;
}

/** How far the items of a map node are. `standing` changes whenever the node's visit does. */
export const itemsQuery = (runId: string, nodeId: string, standing: string) =>
  queryOptions({
    queryKey: [...keys.run(runId), "items", nodeId, standing],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/runs/{run_id}/nodes/{node_id}/items", {
          params: { path: { run_id: runId, node_id: nodeId } },
        }),
      ),
    placeholderData: (previous, query) => (query?.queryKey[3] === nodeId ? previous : undefined),
  });

/** Where all results or failures can be downloaded. */
export const linesUrl = (runId: string, nodeId: string, outcome: Outcome, format: LineFormat) =>
  `/api/v1/runs/${runId}/nodes/${encodeURIComponent(nodeId)}/items/${outcome}?format=${format}`;

/**
 * The first failures. They are read again when there are more to show, and at the end: batches that
 * come later may hold earlier items.
 */
export const failuresQuery = (
  runId: string,
  { node_id: nodeId, visit, attempt, status, failed }: BulkView,
) =>
  queryOptions({
    queryKey: [
      ...keys.run(runId),
      "failures",
      ...[nodeId, visit, attempt, status, Math.min(failed, FAILURES_SHOWN)],
    ],
    queryFn: async ({ signal }) => {
      const answer = await fetch(linesUrl(runId, nodeId, "failures", "jsonl"), { signal });
      if (!answer.ok || !answer.body) {
        throw refusal(answer.status, await answer.json().catch(() => null));
      }
      const lines = await firstLines(answer.body, FAILURES_SHOWN);
      return lines.map((line) => JSON.parse(line) as ItemFailure);
    },
    placeholderData: (previous, query) => (query?.queryKey[3] === nodeId ? previous : undefined),
  });

/** Starts a new run over the items of a node that failed. */
export const retryFailedItems = (runId: string, nodeId: string) =>
  unwrap(
    api.POST("/api/v1/runs/{run_id}/retry-failed", {
      params: { path: { run_id: runId } },
      body: { node_id: nodeId },
    }),
  );
