import { type ReactNode, useMemo } from "react";
import type { LocalScope } from "@/bulk/names";
import { ExpressionScopeContext, useExpressionScope } from "@/forms/PreviewContext";

/** Expressions within may read names that exist only there: `item`, `output` and the like. */
export function LocalNames({ scope, children }: { scope: LocalScope; children: ReactNode }) {
  const outer = useExpressionScope();
  const inner = useMemo(() => {
    const { preview } = outer;
    return {
      names: [...scope.names, ...outer.names],
      sampleKey: `${outer.sampleKey} ${JSON.stringify(scope)}`,
      preview:
        preview && ((value: unknown, signal: AbortSignal) => preview(value, signal, scope.sample)),
    };
  }, [outer, scope]);
  return <ExpressionScopeContext value={inner}>{children}</ExpressionScopeContext>;
}
