import { useCallback, useMemo } from "react";
import { useLocation, useSearch } from "wouter";

/** The node that is looked at; `visit` null means its newest one. */
export interface ShownNode {
  readonly nodeId: string;
  readonly visit: number | null;
}

/** The node in the URL, so that a link or a refresh shows the same. */
export function useNodeInUrl(): [ShownNode | null, (node: ShownNode | null) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const node = useMemo(() => parse(search), [search]);
  const setNode = useCallback(
    (next: ShownNode | null) => {
      const query = next ? `?${format(next)}` : "";
      navigate(path + query, { replace: true });
    },
    [path, navigate],
  );
  return [node, setNode];
}

function parse(search: string): ShownNode | null {
  const params = new URLSearchParams(search);
  const nodeId = params.get("node");
  const visit = Number(params.get("visit"));
  return nodeId ? { nodeId, visit: Number.isInteger(visit) && visit > 0 ? visit : null } : null;
}

function format({ nodeId, visit }: ShownNode): string {
  const params = new URLSearchParams({ node: nodeId });
  if (visit !== null) {
    params.set("visit", String(visit));
  }
  return params.toString();
}
