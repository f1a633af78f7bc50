import { useQuery } from "@tanstack/react-query";
import type { BulkView } from "@/api/types";
import { LoadError } from "@/live/LoadError";
import { SkeletonRows } from "@/ui/Skeleton";
import { Table, TableCell, TableHead, TableRow } from "@/ui/Table";
import { failuresQuery } from "./api";

/** The first items that failed, and why. */
export function FailureTable({ runId, bulk }: { runId: string; bulk: BulkView }) {
  const { data, isPending, error, refetch } = useQuery(failuresQuery(runId, bulk));
  if (isPending) return <SkeletonRows count={2} />;
  if (!data) return <LoadError error={error} onRetry={() => refetch()} />;
  const hasRows = data.some(({ row }) => row !== null);
  return (
    <div className="space-y-1.5">
      <div
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        role="group"
        aria-label="Failed items"
        className="scroll-thin max-h-80 overflow-auto rounded-md border"
      >
        <Table>
          <thead>
            <tr>
              <TableHead>{hasRows ? "Row" : "Index"}</TableHead>
              <TableHead className="w-full">Error</TableHead>
              <TableHead>Attempts</TableHead>
            </tr>
          </thead>
          <tbody>
            {data.map(({ index, row, type, message, attempts }) => (
              <TableRow key={index}>
                <TableCell className="tabular align-top">{row ?? index}</TableCell>
                <TableCell className="min-w-40 break-words">
                  {message}
                  <span className="block text-muted-foreground text-xs">{type}</span>
                </TableCell>
                <TableCell className="tabular align-top">{attempts}</TableCell>
              </TableRow>
            ))}
          </tbody>
        </Table>
      </div>
      {bulk.failed > data.length && (
        <p className="tabular text-muted-foreground text-xs">
          The first {data.length} of {bulk.failed.toLocaleString("en")}. A download has them all.
        </p>
      )}
    </div>
  );
}
