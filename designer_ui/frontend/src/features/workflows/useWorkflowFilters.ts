import { useMemo } from "react";
import { useLocation, useSearch } from "wouter";
import { KINDS, type WorkflowFilters } from "./api";

/** The filters in the URL, and how to change some of them. */
export function useWorkflowFilters(): [
  WorkflowFilters,
  (changes: Partial<WorkflowFilters>) => void,
] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const filters = useMemo(() => parse(search), [search]);
  const change = (changes: Partial<WorkflowFilters>) => {
    const query = format({ ...parse(window.location.search), ...changes });
    navigate(query ? `${path}?${query}` : path, { replace: true });
  };
  return [filters, change];
}

function parse(query: string): WorkflowFilters {
  const params = new URLSearchParams(query);
  return {
    search: params.get("search") ?? "",
    kind: KINDS.find(({ value }) => value === params.get("kind"))?.value ?? "",
    isArchived: params.get("archived") === "true",
  };
}

function format({ search, kind, isArchived }: WorkflowFilters): string {
  const pairs = [
    ["search", search],
    ["kind", kind],
    ["archived", isArchived ? "true" : ""],
  ];
  return new URLSearchParams(pairs.filter(([, value]) => value !== "")).toString();
}
