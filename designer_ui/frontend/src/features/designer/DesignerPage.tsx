import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { api, unwrap } from "@/api/client";
import { keys, paletteQuery } from "@/api/queries";
import type { Palette, WorkflowDetail } from "@/api/types";
import { PageHeader } from "@/app/PageHeader";
import { ErrorState } from "@/ui/EmptyState";
import { Skeleton } from "@/ui/Skeleton";
import { Designer } from "./Designer";
import { type DesignerKind, designerKind } from "./kinds";
import { DesignerContext } from "./store/designerStore";
import { SaverContext } from "./store/SessionContext";
import { createSession, whenLastSaved } from "./store/session";

interface OpenDesignerProps {
  kind: DesignerKind;
  workflow: WorkflowDetail;
  palette: Palette;
}

function OpenDesigner({ kind, workflow, palette }: OpenDesignerProps) {
  const [session] = useState(() => createSession(workflow, palette));
  useEffect(() => session.start(), [session]);
  return (
    <DesignerContext.Provider value={session.store}>
      <SaverContext.Provider value={session.saver}>
        <Designer kind={kind} />
      </SaverContext.Provider>
    </DesignerContext.Provider>
  );
}

const crumbs = [{ label: "Workflows", href: "/workflows" }];

function Loading() {
  return (
    <>
      <PageHeader breadcrumb={[...crumbs, { label: "Loading" }]} />
      <div role="status" aria-label="Loading the workflow" className="flex min-h-0 flex-1">
        <div className="hidden w-64 space-y-2 border-r bg-card p-3 md:block">
          {Array.from({ length: 9 }, (_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: stand-ins have no identity
            <Skeleton key={index} className="h-11" />
          ))}
        </div>
        <div className="flex-1 bg-canvas" />
      </div>
    </>
  );
}

/** `/workflows/<id>`: draws, configures, publishes and starts one workflow. */
export default function DesignerPage({ workflowId }: { workflowId: string }) {
  // Read once when the page opens: from then on the designer itself holds the truth.
  const workflow = useQuery({
    queryKey: [...keys.workflow(workflowId), "designer"],
    queryFn: async () => {
      await whenLastSaved(workflowId);
      const path = { workflow_id: workflowId };
      return unwrap(api.GET("/api/v1/workflows/{workflow_id}", { params: { path } }));
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const palette = useQuery(paletteQuery);
  const error = workflow.error ?? palette.error;
  const retry = useMemo(
    () => () => {
      if (workflow.error) void workflow.refetch();
      if (palette.error) void palette.refetch();
    },
    [workflow, palette],
  );
  if (error) {
    return (
      <>
        <PageHeader breadcrumb={[...crumbs, { label: "Workflow" }]} />
        <ErrorState error={error} title="This workflow could not be opened" onRetry={retry} />
      </>
    );
  }
  if (!workflow.data || !palette.data) return <Loading />;
  const kind = designerKind(workflow.data.kind);
  return <OpenDesigner kind={kind} workflow={workflow.data} palette={palette.data} />;
}
