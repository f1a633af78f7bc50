import { CircleX, TriangleAlert } from "lucide-react";
import { rulesOf } from "@/documents/rules";
import { titleOf } from "@/graph/ports";
import type { ProblemItem } from "@/graph/types";
import { useDesigner, useDocument } from "./store/designerStore";

interface ProblemListProps {
  problems: readonly ProblemItem[];
  onPick: (problem: ProblemItem) => void;
}

/** The message without the name of its node, where that stands beside it anyway. */
export const withoutName = (message: string, name: string): string =>
  message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;

/** Problems in plain words; a click leads to the place. */
export function ProblemList({ problems, onPick }: ProblemListProps) {
  const document = useDocument();
  const catalog = useDesigner((state) => state.catalog);
  const nameOf = (problem: ProblemItem) => {
    const rules = rulesOf(document);
    const id = rules.partOfProblem(document, problem);
    const part = rules.partsOf(document).find((each) => each.id === id);
    return part ? titleOf(catalog, part) : "Workflow";
  };
  return (
    <ul aria-label="Problems" className="divide-y">
      {problems.map((problem, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two problems may read the same
        <li key={`${problem.code} ${problem.node_id} ${problem.field} ${index}`}>
          <button
            type="button"
            onClick={() => onPick(problem)}
            className="flex w-full items-start gap-2.5 px-4 py-2 text-left hover:bg-accent"
          >
            {problem.severity === "error" ? (
              <CircleX aria-label="Error" className="mt-0.5 size-4 shrink-0 text-status-failed" />
            ) : (
              <TriangleAlert
                aria-label="Warning"
                className="mt-0.5 size-4 shrink-0 text-status-invalid"
              />
            )}
            <span className="min-w-0 flex-1 text-[13px]">
              <span className="font-medium">{nameOf(problem)}:</span>{" "}
              {withoutName(problem.message, nameOf(problem))}
              {problem.hint && (
                <span className="block text-muted-foreground text-xs">{problem.hint}</span>
              )}
            </span>
            {problem.line !== null && problem.column !== null && (
              <span className="shrink-0 text-muted-foreground text-xs tabular">
                {problem.line}:{problem.column}
              </span>
            )}
          </button>
        </li>
      ))}
    </ul>
  );
}
