import { useCallback } from "react";
import { api, unwrap } from "@/api/client";
import { toast, toastError } from "@/ui/toast";
import { useDesignerStore } from "./store/designerStore";

/** Asks the server for the problems of what is drawn now. Resolves to whether there are none. */
export function useValidate(): () => Promise<boolean> {
  const store = useDesignerStore();
  return useCallback(async () => {
    const { workflowId, history } = store.getState();
    try {
      const { problems } = await unwrap(
        api.POST("/api/v1/workflows/{workflow_id}/validate", {
          params: { path: { workflow_id: workflowId } },
          body: { document: { ...history.present } },
        }),
      );
      store.setState({ problems, ...(problems.length > 0 && { drawer: "problems" as const }) });
      if (problems.length === 0)
        toast.success("No problems", { description: "It can be published." });
      return problems.length === 0;
    } catch (error) {
      toastError(error, "Not validated");
      return false;
    }
  }, [store]);
}
