import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/queries";

/** Time spans that the figures can be shown over. */
export const PERIODS = [
  { hours: 1, label: "Last hour" },
  { hours: 24, label: "Last 24 hours" },
  { hours: 168, label: "Last 7 days" },
  { hours: 720, label: "Last 30 days" },
] as const;

export const DEFAULT_HOURS = 24;

export const dashboardQuery = (hours: number) =>
  queryOptions({
    queryKey: [...keys.dashboard, hours],
    queryFn: () => unwrap(api.GET("/api/v1/dashboard", { params: { query: { hours } } })),
    placeholderData: (previous) => previous,
    // Workers tell that they live without any run changing.
    refetchInterval: 15_000,
  });
