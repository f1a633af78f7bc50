import { useCallback, useMemo } from "react";
import { Link } from "wouter";
import type { HumanTaskDetail } from "@/api/types";
import { RunDiagram } from "@/features/runs/RunDiagram";
import type { DiagramInstance } from "@/features/runs/useFollowedView";
import { useStatuses } from "@/features/runs/useStatuses";
import { latestVisits } from "@/live/selectors";
import { type NodeView, visitKey } from "@/live/types";
import { RelativeTime } from "@/ui/RelativeTime";

/** Where the run stands and how it came here. */
export function TaskProgressCard({ task }: { task: HumanTaskDetail }) {
  return (
    <div className="space-y-4">
      <section className="overflow-hidden rounded-xl border bg-card shadow-card">
        <div className="flex items-center justify-between gap-2 border-b px-4 py-2.5">
          <h2 className="font-semibold text-[13px]">Progress</h2>
          <Link href={`/runs/${task.run_id}`} className="text-primary text-xs hover:underline">
            See the run
          </Link>
        </div>
        <MiniDiagram task={task} />
      </section>
      <section className="rounded-xl border bg-card p-4 shadow-card">
        <h2 className="mb-2 font-semibold text-[13px]">History</h2>
        {task.history.length === 0 ? (
          <p className="text-[13px] text-muted-foreground">Nothing has happened yet.</p>
        ) : (
          <ol className="space-y-2.5 border-l pl-4">
            {task.history.map((entry) => (
              <li key={`${entry.at} ${entry.text}`} className="relative text-[13px]">
                <span
                  aria-hidden
                  className="-left-[1.3rem] absolute top-1.5 size-2 rounded-full border-2 border-card bg-border-strong"
                />
                {entry.text}
                <RelativeTime at={entry.at} className="block text-muted-foreground text-xs" />
              </li>
            ))}
          </ol>
        )}
      </section>
    </div>
  );
}

function MiniDiagram({ task }: { task: HumanTaskDetail }) {
  const { canvas, nodes } = task.progress;
  const visits = useMemo<Record<string, NodeView>>(
    () => Object.fromEntries(nodes.map((node) => [visitKey(node.node_id, node.visit), node])),
    [nodes],
  );
  const latest = useMemo(() => latestVisits(visits), [visits]);
  const statuses = useStatuses(canvas, visits, latest);
  const showSurroundings = useCallback(
    (instance: DiagramInstance) => {
      // The node may be something that a machine does in one of its states.
      const shown = canvas.actions.find(({ id }) => id === task.node_id)?.state ?? task.node_id;
      const near = canvas.edges.flatMap(({ source, target }) =>
        source === shown || target === shown ? [{ id: source }, { id: target }] : [],
      );
      const nodes = [...near, { id: shown }];
      requestAnimationFrame(() => instance.fitView({ nodes, padding: 0.08, maxZoom: 0.9 }));
    },
    [canvas, task.node_id],
  );
  return (
    <div className="h-64">
      <RunDiagram
        label={`Progress of ${task.workflow.title}`}
        canvas={canvas}
        statuses={statuses}
        selected={task.node_id}
        onReady={showSurroundings}
      />
    </div>
  );
}
