import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/queries";

export type InboxTab = "mine" | "claimable" | "done";

export const taskListQuery = (state: InboxTab, search: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.humanTasks, state, search],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v1/human-tasks", {
          params: { query: { state, search: search || undefined, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (previous, query) => (query?.queryKey[1] === state ? previous : undefined),
  });

export const taskQuery = (humanTaskId: string) =>
  queryOptions({
    queryKey: keys.humanTask(humanTaskId),
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/human-tasks/{task_id}", {
          params: { path: { task_id: humanTaskId } },
        }),
      ),
  });

const path = (humanTaskId: string) => ({ params: { path: { task_id: humanTaskId } } });

export const claimTask = (humanTaskId: string) =>
  unwrap(api.POST("/api/v1/human-tasks/{task_id}/claim", path(humanTaskId)));

export const releaseTask = (humanTaskId: string) =>
  unwrap(api.POST("/api/v1/human-tasks/{task_id}/release", path(humanTaskId)));

export interface Answer {
  readonly outcome: string;
  readonly comment: string;
  readonly data: Record<string, unknown>;
}

export const decideTask = (humanTaskId: string, answer: Answer) =>
  unwrap(api.POST("/api/v1/human-tasks/{task_id}/decide", { ...path(humanTaskId), body: answer }));
