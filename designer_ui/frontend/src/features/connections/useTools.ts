import { useQueries, useQuery } from "@tanstack/react-query";
import type { ConnectionView, RemoteTool } from "@/api/types";
import { connectionsQuery, toolsQuery } from "./api";

export interface ToolGroup {
  readonly connection: ConnectionView;
  readonly tools: readonly RemoteTool[];
}

/** The tools of the connection of that name, asked for when there is one. */
export function useToolsOf(name: string) {
  const connections = useQuery({ ...connectionsQuery, enabled: name !== "" });
  const id = connections.data?.find((known) => known.name === name)?.id ?? "";
  return useQuery({ ...toolsQuery(id), enabled: id !== "" });
}

/** All servers of tools that answer, with what they offer. */
export function useToolGroups(isAllowed: boolean): ToolGroup[] {
  const { data = [] } = useQuery({ ...connectionsQuery, enabled: isAllowed });
  const servers = data.filter(({ kind }) => kind.startsWith("mcp_"));
  const results = useQueries({ queries: servers.map(({ id }) => toolsQuery(id)) });
  return servers.flatMap((connection, index) => {
    const tools = results[index]?.data;
    return tools?.length ? [{ connection, tools }] : [];
  });
}
