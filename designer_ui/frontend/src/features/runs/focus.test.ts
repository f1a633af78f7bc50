import { expect, it } from "vitest";
import { foldEvents, viewOf } from "@/live/fold";
import { latestVisits } from "@/live/selectors";
import { emptyRun, STORY } from "@/live/testing/story";
import { focusOf } from "./focus";

function focusAfter(count: number): string | null {
  return focusOf(latestVisits(foldEvents(viewOf(emptyRun()), STORY.slice(0, count)).nodes));
}

it("looks at where the run is, then at what failed", () => {
  expect(focusAfter(0)).toBeNull();
  expect(focusAfter(3)).toBe("start");
  expect(focusAfter(6)).toBe("fetch");
  expect(focusAfter(13)).toBe("approve");
  expect(focusAfter(23)).toBe("fetch");
});
