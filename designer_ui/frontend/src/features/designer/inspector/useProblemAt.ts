import { rulesOf } from "@/documents/rules";
import type { Part } from "@/documents/types";
import { titleOf } from "@/graph/ports";
import { withoutName } from "../ProblemList";
import { useDesigner, useDocument } from "../store/designerStore";

/** The first error of a part at a field, or at what lies below it. */
export function useProblemAt(part: Part): (path: string) => string | undefined {
  const document = useDocument();
  const problems = useDesigner((state) => state.problems);
  const name = useDesigner((state) => titleOf(state.catalog, part));
  return (path) => {
    const found = problems.find(
      (problem) =>
        problem.severity === "error" &&
        rulesOf(document).partOfProblem(document, problem) === part.id &&
        (problem.field === path || problem.field?.startsWith(`${path}.`)),
    );
    return found && withoutName(found.message, name);
  };
}
