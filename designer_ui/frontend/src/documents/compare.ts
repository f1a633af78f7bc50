import type { WorkflowDocument } from "./types";

/** JSON with sorted keys, so that equal values give equal texts. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(
          Object.entries(each).sort(([left], [right]) =>
            left < right ? -1 : left > right ? 1 : 0,
          ),
        )
      : each,
  );
}

export const isSameDocument = (left: WorkflowDocument, right: WorkflowDocument): boolean =>
  left === right || canonicalText(left) === canonicalText(right);
