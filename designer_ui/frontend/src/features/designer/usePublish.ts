import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";
import { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import { queryClient } from "@/api/queryClient";
import type { ProblemItem } from "@/graph/types";
import { useDesignerStore } from "./store/designerStore";
import { useSaver } from "./store/SessionContext";

/** Publishing did not start, because what is drawn is not saved. */
export class NotSavedError extends Error {
  constructor(reason: string | null) {
    super(reason ?? "The draft could not be saved, so it cannot be published.");
    this.name = "NotSavedError";
  }
}

/** Saves what is drawn and publishes it as the next version. */
export function usePublish() {
  const store = useDesignerStore();
  const saver = useSaver();
  return useMutation({
    mutationFn: async (note: string) => {
      await saver.flush();
      if (!saver.isSaved) throw new NotSavedError(saver.current.message);
      const { workflowId, history } = store.getState();
      const { hash, revision } = saver.current;
      const version = await unwrap(
        api.POST("/api/v1/workflows/{workflow_id}/publish", {
          params: { path: { workflow_id: workflowId } },
          body: { revision, note },
        }),
      );
      store.setState({
        problems: store.getState().problems.filter((problem) => problem.severity !== "error"),
        published: {
          number: version.number,
          hash: version.hash || hash,
          document: history.present,
          published_at: version.published_at,
          published_by: version.published_by,
        },
      });
      void queryClient.invalidateQueries({ queryKey: keys.workflows });
      void queryClient.invalidateQueries({ queryKey: keys.versions(workflowId) });
      return version;
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === "document_invalid") {
        store.setState({ problems: error.errors as unknown as ProblemItem[] });
      }
    },
  });
}
