import { rulesOf } from "@/documents/rules";
import { useDesigner, useDocument } from "../store/designerStore";

/** The first problem of a part's field, in words. */
export function useProblemAt(partId: string): (field: RegExp) => string | undefined {
  const document = useDocument();
  const problems = useDesigner((state) => state.problems);
  return (field) =>
    problems.find(
      (problem) =>
        rulesOf(document).partOfProblem(document, problem) === partId &&
        field.test(problem.field ?? ""),
    )?.message;
}
