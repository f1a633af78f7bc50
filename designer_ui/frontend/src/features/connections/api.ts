import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/queries";
import type { CreateConnection, UpdateConnection } from "@/api/types";

export const connectionsQuery = queryOptions({
  queryKey: keys.connections,
  queryFn: async () => (await unwrap(api.GET("/api/v1/connections"))).items,
});

const at = (id: string) => ({ params: { path: { connection_id: id } } });

export const createConnection = (body: CreateConnection) =>
  unwrap(api.POST("/api/v1/connections", { body }));

export const updateConnection = (id: string, body: UpdateConnection) =>
  unwrap(api.PATCH("/api/v1/connections/{connection_id}", { ...at(id), body }));

export const deleteConnection = (id: string) =>
  unwrap(api.DELETE("/api/v1/connections/{connection_id}", at(id)));

export const testConnection = (id: string) =>
  unwrap(api.POST("/api/v1/connections/{connection_id}/test", at(id)));

export const toolsQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.connections, id, "tools"],
    queryFn: async () =>
      (await unwrap(api.GET("/api/v1/connections/{connection_id}/tools", at(id)))).items,
    staleTime: 5 * 60_000,
    retry: false,
  });
