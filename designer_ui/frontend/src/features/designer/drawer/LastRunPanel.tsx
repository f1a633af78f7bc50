import { useMutation, useQuery } from "@tanstack/react-query";
import { ArrowUpRight, FlaskConical } from "lucide-react";
import { Link } from "wouter";
import { api, unwrap } from "@/api/client";
import { keys } from "@/api/queries";
import { isDrawn } from "@/live/selectors";
import { Button } from "@/ui/Button";
import { RelativeTime } from "@/ui/RelativeTime";
import { Skeleton } from "@/ui/Skeleton";
import { StatusBadge } from "@/ui/StatusBadge";
import { toast, toastError } from "@/ui/toast";
import { useDesigner, useDesignerStore } from "../store/designerStore";

const MAX_NODES = 40;

async function readLastRun(workflowId: string) {
  const page = await unwrap(
    api.GET("/api/v1/runs", { params: { query: { workflow: workflowId, limit: 1 } } }),
  );
  const [summary] = page.items;
  if (!summary) return null;
  return unwrap(api.GET("/api/v1/runs/{run_id}", { params: { path: { run_id: summary.id } } }));
}

/** How the newest run went, and its data to preview with. */
export function LastRunPanel() {
  const store = useDesignerStore();
  const workflowId = useDesigner((state) => state.workflowId);
  const {
    data: run,
    isPending,
    error,
  } = useQuery({
    queryKey: [...keys.runs, "last", workflowId],
    queryFn: () => readLastRun(workflowId),
    refetchInterval: (query) => (query.state.data?.finished_at === null ? 3_000 : false),
  });
  const borrow = useMutation({
    mutationFn: async () => {
      if (!run) return;
      const done = run.nodes
        .filter((node) => node.status === "succeeded" && isDrawn(node.node_id))
        .slice(0, MAX_NODES);
      const details = await Promise.all(
        done.map((node) =>
          unwrap(
            api.GET("/api/v1/runs/{run_id}/nodes/{node_id}", {
              params: { path: { run_id: run.id, node_id: node.node_id } },
            }),
          ),
        ),
      );
      store.setState({
        sampleInput: run.input,
        sampleOutputs: Object.fromEntries(details.map((node) => [node.node_id, node.output])),
      });
      toast.success("Previews now use the data of this run");
    },
    onError: (problem) => toastError(problem, "The run's data could not be read"),
  });
  if (isPending) return <Skeleton className="m-4 h-16" />;
  if (error || !run) {
    return (
      <p className="px-4 py-6 text-[13px] text-muted-foreground">
        {error ? "The last run could not be read." : "This workflow has not run yet."}
      </p>
    );
  }
  const titles = new Map(run.canvas.nodes.map((node) => [node.id, node.title]));
  return (
    <div className="space-y-3 p-4">
      <div className="flex flex-wrap items-center gap-3 text-[13px]">
        <StatusBadge status={run.status} />
        <span>Version {run.version}</span>
        <span className="text-muted-foreground">
          started <RelativeTime at={run.created_at} />
        </span>
        <Button asChild size="sm" className="ml-auto">
          <Link href={`/runs/${run.id}`}>
            Open the run <ArrowUpRight />
          </Link>
        </Button>
        <Button size="sm" isBusy={borrow.isPending} onClick={() => borrow.mutate()}>
          <FlaskConical /> Use as test data
        </Button>
      </div>
      {run.error && <p className="text-[13px] text-status-failed">{run.error.message}</p>}
      <ul className="flex flex-wrap gap-2">
        {run.nodes
          .filter((node) => isDrawn(node.node_id))
          .map((node) => (
            <li
              key={`${node.node_id} ${node.visit}`}
              className="flex items-center gap-2 rounded-lg border py-1 pr-1 pl-2.5 text-xs"
            >
              {titles.get(node.node_id) || node.node_id}
              <StatusBadge status={node.status} />
            </li>
          ))}
      </ul>
    </div>
  );
}
