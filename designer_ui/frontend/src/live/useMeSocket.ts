import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useStore } from "zustand";
import { keys } from "@/api/queries";
import type { Me } from "@/api/types";
import type { ConnectionState } from "./channel";
import { MeStore } from "./meStore";

const me = new MeStore();

/** Keeps the person's socket open and the caches of the pages true to it. The shell calls it once. */
export function useMeSocket(): void {
  const client = useQueryClient();
  useEffect(() => {
    const stops = [
      me.onRuns((ids) => refreshRuns(client, ids)),
      me.onTasks(() => refresh(client, [keys.humanTasks, ["human-task"], keys.dashboard])),
      me.state.subscribe(({ inboxCount }) => {
        if (inboxCount !== null) {
          const known = client.getQueryData<Me>(keys.me)?.inbox_count;
          if (known !== undefined && known !== inboxCount) {
            // Something came between reading the lists and opening the socket.
            refresh(client, [keys.humanTasks]);
          }
          client.setQueryData<Me>(
            keys.me,
            (known) => known && { ...known, inbox_count: inboxCount },
          );
        }
      }),
      me.follow(),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
    };
  }, [client]);
}

/** How many tasks wait for the person; null until the server has said so. */
export function useInboxCount(): number | null {
  return useStore(me.state, (state) => state.inboxCount);
}

/** How things stand between the lists and the server. */
export function useMeConnection(): ConnectionState {
  return useStore(me.state, (state) => state.connection);
}

function refreshRuns(client: QueryClient, ids: ReadonlySet<string>): void {
  refresh(client, [keys.runs, keys.dashboard, keys.workflows, ["human-task"]]);
  for (const id of ids) {
    client.invalidateQueries({ queryKey: keys.run(id), refetchType: "none" });
  }
}

/** Reads again what is on the page, and the rest when it is next looked at. */
function refresh(client: QueryClient, queryKeys: readonly (readonly string[])[]): void {
  for (const queryKey of queryKeys) {
    client.invalidateQueries({ queryKey });
  }
}
