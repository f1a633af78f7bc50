import type { RunDetail } from "@/api/types";
import { isClosed } from "@/live/types";
import { DataCard } from "./DataCard";
import { useRun } from "./RunContext";

/** What the run was given and what it gave back. */
export function RunData({ run }: { run: RunDetail }) {
  const status = useRun((state) => state.run.status);
  const output = useRun((state) => state.run.output);
  return (
    <div className="grid gap-4 p-4 md:grid-cols-2">
      <DataCard
        title="Input of the run"
        value={run.input}
        nothing="It was started without input."
      />
      <DataCard
        title="Output of the run"
        value={output}
        nothing={
          isClosed(status) ? "It gave nothing back." : "Not there yet: the run is under way."
        }
      />
    </div>
  );
}
