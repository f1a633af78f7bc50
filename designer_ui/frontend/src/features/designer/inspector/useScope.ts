import { useMemo } from "react";
import { api, unwrap } from "@/api/client";
import { namesFor, sampleInputFor, sampleOutputs } from "@/documents/names";
import { rulesOf } from "@/documents/rules";
import type { ExpressionScope } from "@/forms/PreviewContext";
import type { JsonObject } from "@/graph/types";
import { useDesigner, useDesignerStore, useDocument } from "../store/designerStore";

/** Names and live preview for the expressions of a node. */
export function useScope(nodeId: string): ExpressionScope {
  const store = useDesignerStore();
  const document = useDocument();
  const catalog = useDesigner((state) => state.catalog);
  const sampleInput = useDesigner((state) => state.sampleInput);
  const known = useDesigner((state) => state.sampleOutputs);
  const names = useMemo(() => namesFor(document, catalog, nodeId), [document, catalog, nodeId]);
  const outputs = useMemo(
    () => JSON.stringify(sampleOutputs(document, catalog, known)),
    [document, catalog, known],
  );
  const input = useMemo(
    () => JSON.stringify(sampleInputFor(document, sampleInput)),
    [document, sampleInput],
  );
  const extra = useMemo(() => {
    const sample = JSON.parse(input) as JsonObject;
    return JSON.stringify(rulesOf(document).sampleNames?.(document, nodeId, sample) ?? {});
  }, [document, nodeId, input]);
  const sampleKey = `${nodeId} ${input} ${outputs} ${extra} ${names.map((name) => name.path).join()}`;
  return useMemo(
    () => ({
      names,
      sampleKey,
      preview: (value, signal, more = {}) => {
        const { workflowId, history } = store.getState();
        return unwrap(
          api.POST("/api/v1/expressions/preview", {
            body: {
              value,
              workflow_id: workflowId,
              document: { ...history.present },
              node_id: nodeId,
              sample: {
                input: JSON.parse(input) as Record<string, unknown>,
                nodes: JSON.parse(outputs) as Record<string, unknown>,
                extra: { ...(JSON.parse(extra) as JsonObject), ...more },
              },
            },
            signal,
          }),
        );
      },
    }),
    [names, sampleKey, store, input, outputs, extra, nodeId],
  );
}
