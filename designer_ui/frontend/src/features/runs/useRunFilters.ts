import { useMemo } from "react";
import { useLocation, useSearch } from "wouter";
import { formatFilters, parseFilters, type RunFilters } from "./filters";

/** The filters in the URL, and how to change some of them. */
export function useRunFilters(): [RunFilters, (changes: Partial<RunFilters>) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const filters = useMemo(() => parseFilters(search), [search]);
  const change = (changes: Partial<RunFilters>) => {
    // What the address bar says now: a delayed change must not undo one that came in between.
    const query = formatFilters({ ...parseFilters(window.location.search), ...changes });
    navigate(query ? `${path}?${query}` : path, { replace: true });
  };
  return [filters, change];
}
