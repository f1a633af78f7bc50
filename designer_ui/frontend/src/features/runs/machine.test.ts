import { expect, it } from "vitest";
import type { Canvas } from "@/api/types";
import { foldEvents, viewOf } from "@/live/fold";
import { latestVisits } from "@/live/selectors";
import { emptyRun } from "@/live/testing/story";
import type { RunEvent } from "@/live/types";
import { journalText } from "./journalText";
import { eventTitle, standingOf } from "./machine";

const canvas = { nodes: [{ id: "open" }, { id: "paid" }] } as unknown as Canvas;

function tell(seq: number, type: string, nodeId: string | null, data: object): RunEvent {
  return { seq, at: "2026-01-01T00:00:00Z", type, node_id: nodeId, visit: 1, data: { ...data } };
}

const entered = (seq: number, state: string, events: string[]) =>
  tell(seq, "node.waiting", state, { kind: "event", for: events });

function standing(...events: RunEvent[]) {
  return standingOf(canvas, latestVisits(foldEvents(viewOf(emptyRun()), events).nodes));
}

it("tells the accepted events from the journal alone", () => {
  const story = [entered(1, "open", ["pay", "cancel"])];
  expect(standing(...story)).toEqual({
    states: ["open"],
    events: ["pay", "cancel"],
    isActing: false,
  });
  story.push(tell(2, "node.succeeded", "open", { ports: ["p"] }), entered(3, "paid", ["refund"]));
  expect(standing(...story)).toMatchObject({ states: ["paid"], events: ["refund"] });
});

it("is acting while an action runs, and takes an event of two states once", () => {
  expect(
    standing(
      entered(1, "open", ["cancel"]),
      entered(2, "paid", ["cancel"]),
      tell(3, "node.queued", "mail", {}),
    ),
  ).toEqual({ states: ["open", "paid"], events: ["cancel"], isActing: true });
});

it("names the events of buttons", () => {
  expect(["approve", "order.paid", "order.*", "*"].map(eventTitle)).toEqual([
    "Approve",
    "Order paid",
    "Order …",
    "Another event",
  ]);
});

it("tells transitions in sentences", () => {
  const titleOf = (id: string) => ({ paid: "Paid", late: "After an hour" })[id] ?? id;
  const words = (type: string, data: object) => journalText(tell(1, type, null, data), titleOf);
  expect(words("transition.taken", { event: "pay", targets: ["paid"] })).toBe(
    "goes on to “Paid”, on the event “pay”",
  );
  expect(words("transition.taken", { event: null, targets: [] })).toBe("stays, and acts");
  expect(words("delay.ended", { timer: "late" })).toBe("The delay of “After an hour” is over");
  expect(words("event.ignored", { name: "pay" })).toContain("“pay” led nowhere");
  expect(words("node.waiting", { kind: "event", for: ["pay"] })).toBe("is active, takes pay");
});
