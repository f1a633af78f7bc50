import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "./client";

/** Query keys, in one place so that live updates can find the caches they change. */
export const keys = {
  me: ["me"] as const,
  palette: ["palette"] as const,
  workflows: ["workflows"] as const,
  workflow: (id: string) => ["workflow", id] as const,
  versions: (id: string) => ["workflow", id, "versions"] as const,
  runs: ["runs"] as const,
  run: (id: string) => ["run", id] as const,
  humanTasks: ["human-tasks"] as const,
  humanTask: (id: string) => ["human-task", id] as const,
  dashboard: ["dashboard"] as const,
  connections: ["connections"] as const,
  upload: (id: string) => ["upload", id] as const,
};

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: () => unwrap(api.GET("/api/v1/me")),
  staleTime: 60_000,
});

export const paletteQuery = queryOptions({
  queryKey: keys.palette,
  queryFn: () => unwrap(api.GET("/api/v1/palette")),
  staleTime: 5 * 60_000,
});

export const workflowQuery = (id: string) =>
  queryOptions({
    queryKey: keys.workflow(id),
    queryFn: () =>
      unwrap(api.GET("/api/v1/workflows/{workflow_id}", { params: { path: { workflow_id: id } } })),
  });

/** Enough of the workflows to choose one of them. */
export const workflowNamesQuery = queryOptions({
  queryKey: [...keys.workflows, "names"],
  queryFn: () => unwrap(api.GET("/api/v1/workflows", { params: { query: { limit: 200 } } })),
  staleTime: 60_000,
});

/** Who is logged in, what they may do, and how much waits for them. */
export const useMe = () => useQuery(meQuery);

/** Whether the person holds a permission such as `decide_humantask`; false until known. */
export function usePermission(codename: string): boolean {
  const { data } = useMe();
  return (
    data?.permissions.some((name) => name === codename || name.endsWith(`.${codename}`)) ?? false
  );
}
