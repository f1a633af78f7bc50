import { useMemo } from "react";
import type { CardContent } from "@/canvas/CardFace";
import { asDrawn, rulesOf } from "@/documents/rules";
import { useDesigner, useDocument } from "../store/designerStore";

type Marks = Pick<CardContent, "isChanged" | "problemCount" | "problemText">;

/** What is wrong with a part, and whether it differs from what is published. */
export function useMarks(): (partId: string) => Marks {
  const document = useDocument();
  const problems = useDesigner((state) => state.problems);
  const published = useDesigner((state) => state.published);
  return useMemo(() => {
    const rules = rulesOf(document);
    const changed = published
      ? rules.changedParts(document, asDrawn(published.document))
      : new Set();
    return (partId) => {
      const own = problems.filter((each) => rules.partOfProblem(document, each) === partId);
      return {
        isChanged: changed.has(partId),
        problemCount: own.length,
        problemText: own[0]?.message,
      };
    };
  }, [document, problems, published]);
}
