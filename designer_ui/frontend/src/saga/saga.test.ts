import { describe, expect, it } from "vitest";
import { record, startHistory, undo } from "@/documents/history";
import { namesFor } from "@/documents/names";
import { editOf, rulesOf } from "@/documents/rules";
import { testCatalog } from "@/graph/testCatalog";
import type { Saga, SagaAction, SagaStep } from "./actions";
import { copyOwners, readOwners, withFreshIds } from "./clipboard";
import { columnsOf, goalsAt, partInDirection, placeInDirection } from "./drawing";
import { applyOperation, type SagaOperation } from "./operations";

const action = (config: Record<string, unknown> = {}): SagaAction => ({
  type: "task",
  config,
  retry: null,
  timeout_seconds: null,
});

const step = (id: string, undoes = true, sort: SagaStep["step"] = "compensatable"): SagaStep => ({
  step: sort,
  id,
  title: id,
  action: action(),
  compensation: undoes ? action({ text: `\${ nodes.${id} }` }) : null,
});

const base = {
  format: 1 as const,
  kind: "saga" as const,
  description: "",
  vars: {},
  settings: { timeout_seconds: null, retry: null, on_failure: "stop" as const },
  input_schema: {},
  output: null,
};

const order = (): Saga => ({
  ...base,
  mode: "compensation",
  steps: [
    step("reserve"),
    { step: "parallel", id: "pay", title: "Pay", steps: [step("charge"), step("insure", false)] },
    step("ship", false, "pivot"),
    step("tell", false, "retriable"),
  ],
});

const trip = (): Saga => ({
  ...base,
  mode: "tcc",
  reservation_seconds: null,
  participants: ["flight", "hotel"].map((id) => ({
    id,
    title: id,
    try_action: action(),
    confirm_action: action(),
    cancel_action: null,
  })),
});

/** `reserve↩ [charge↩ insure] ship`: what can be undone has an arrow. */
function shape(saga: Saga): string {
  if (saga.mode === "tcc") return saga.participants.map(({ id }) => id).join(" ");
  const one = (each: SagaStep) => each.id + (each.compensation ? "↩" : "");
  return saga.steps
    .map((item) => (item.step === "parallel" ? `[${item.steps.map(one).join(" ")}]` : one(item)))
    .join(" ");
}

const shapeAfter = (operation: SagaOperation, saga = order()) =>
  shape(applyOperation(saga, operation));

describe("operations on a saga", () => {
  it.each([
    ["reserve", { group: null, index: 3 }, "[charge↩ insure] ship reserve↩ tell"],
    ["reserve", { group: "pay", index: 1 }, "[charge↩ reserve↩ insure] ship tell"],
    ["insure", { group: null, index: 0 }, "insure reserve↩ [charge↩] ship tell"],
    ["pay", { group: null, index: 0 }, "[charge↩ insure] reserve↩ ship tell"],
    ["insure", { group: "pay", index: 0 }, "reserve↩ [insure charge↩] ship tell"],
  ])("moves %s to %j", (id, place, expected) => {
    expect(shapeAfter({ kind: "move-owners", ids: [id], place })).toBe(expected);
  });

  it("adds on the line, in a group, and beside a step", () => {
    const owners = [step("x")];
    const insert = (group: string | null) =>
      shapeAfter({ kind: "insert-owners", owners, place: { group, index: 1 } });
    expect(insert(null)).toBe("reserve↩ x↩ [charge↩ insure] ship tell");
    expect(insert("pay")).toBe("reserve↩ [charge↩ x↩ insure] ship tell");
    const beside = (stepId: string) =>
      shapeAfter({ kind: "insert-beside", stepId, step: step("x"), groupId: "group" });
    expect(beside("reserve")).toBe("[reserve↩ x↩] [charge↩ insure] ship tell");
    expect(beside("pay")).toBe("reserve↩ [charge↩ insure x↩] ship tell");
  });

  it("sets and removes what undoes a step, and a step goes with all that it has", () => {
    const set = { kind: "set-action", owner: "insure", slot: "compensation" } as const;
    expect(shapeAfter({ ...set, action: action() })).toBe("reserve↩ [charge↩ insure↩] ship tell");
    const gone = (...nodeIds: string[]) => shapeAfter({ kind: "delete", nodeIds, edgeIds: [] });
    expect(gone("_undo_charge")).toBe("reserve↩ [charge insure] ship tell");
    expect(gone("charge", "insure")).toBe("reserve↩ ship tell");
    expect(gone("pay", "tell")).toBe("reserve↩ ship");
  });

  it("edits an undo as a part of its own, and follows a renamed step", () => {
    const edited = applyOperation(order(), {
      kind: "edit-node",
      nodeId: "_undo_reserve",
      patch: { config: { text: "x" }, timeout_seconds: 5 },
    });
    const [reserve] = edited.mode === "tcc" ? [] : edited.steps;
    expect(reserve).toMatchObject({
      action: { config: {} },
      compensation: { config: { text: "x" }, timeout_seconds: 5 },
    });
    const renamed = applyOperation(order(), {
      kind: "rename-node",
      nodeId: "reserve",
      newId: "hold",
    });
    expect(renamed.mode === "tcc" ? null : renamed.steps[0]).toMatchObject({
      id: "hold",
      compensation: { config: { text: "${ nodes.hold }" } },
    });
  });

  it("changes the mode to an empty saga, and undo brings the steps back", () => {
    const history = startHistory(order());
    const changed = record(history, editOf(history.present, { kind: "set-mode", mode: "tcc" }), 0);
    expect(changed.present).toMatchObject({ mode: "tcc", participants: [] });
    expect(undo(changed).present).toEqual(order());
  });
});

describe("the drawing of a saga", () => {
  it("has no place for an undo after the pivot", () => {
    const cells = columnsOf(order()).flatMap((column) => column.rows[1] ?? []);
    expect(cells.map((cell) => [cell.id, cell.action !== null, cell.isClosed])).toEqual([
      ["_undo_reserve", true, false],
      ["_undo_charge", true, false],
      ["_undo_insure", false, false],
      ["_undo_ship", false, true],
      ["_undo_tell", false, true],
    ]);
  });

  it("is walked with arrow keys, along the line and down to the undos", () => {
    const go = (from: string | null, direction: "left" | "right" | "up" | "down") =>
      partInDirection(order(), from, direction);
    expect(go(null, "right")).toBe("reserve");
    expect(go("reserve", "down")).toBe("_undo_reserve");
    expect(go("_undo_reserve", "right")).toBe("_undo_charge");
    expect(go("reserve", "right")).toBe("charge");
    expect(go("charge", "up")).toBe("pay");
    expect(go("_undo_charge", "right")).toBe("ship");
    expect(go("reserve", "left")).toBe("_start");
    expect(go("tell", "right")).toBeNull();
  });

  it("offers the empty places of a step first, then the line", () => {
    const ids = (part: string | null, saga = order()) => goalsAt(saga, part).map(({ id }) => id);
    expect(ids("insure")).toEqual(["compensation", "next", "beside"]);
    expect(ids("reserve")).toEqual(["next", "beside"]);
    expect(ids("ship")).toEqual(["next", "beside"]);
    expect(ids("hotel", trip())).toEqual(["cancel_action", "next"]);
    expect(ids(null)).toEqual(["next"]);
    expect(placeInDirection(order(), "charge", "left")).toEqual({ group: null, index: 1 });
    expect(placeInDirection(order(), "reserve", "left")).toBeNull();
  });
});

describe("rules of sagas", () => {
  const rules = rulesOf(order());

  it("tell what an action may read", () => {
    const earlier = (id: string, saga = order()) =>
      rules.partsBefore(saga, id).map((part) => part.id);
    expect(earlier("charge")).toEqual(["reserve"]);
    expect(earlier("_undo_charge")).toEqual(["charge", "reserve"]);
    expect(earlier("ship")).toEqual(["insure", "charge", "reserve"]);
    expect(earlier("flight", trip())).toEqual([]);
    expect(earlier("_confirm_flight", trip())).toEqual(["flight", "hotel"]);
    expect(earlier("_cancel_flight", trip())).toEqual(["flight"]);
    const names = namesFor(order(), testCatalog, "_undo_reserve").map((name) => name.path);
    expect(names).toContain("nodes.reserve.total");
  });

  it("show a problem at the action that it is about", () => {
    const place = (node_id: string, field: string) =>
      rules.partOfProblem(order(), { node_id, field, related: [] } as never);
    expect(place("charge", "compensation.config.text")).toBe("_undo_charge");
    expect(place("charge", "action.config.text")).toBe("charge");
    expect(place("insure", "compensation")).toBe("insure");
  });

  it("copy steps with what undoes them, under fresh ids", () => {
    const text = copyOwners(order(), new Set(["_undo_reserve", "ship"]));
    const read = readOwners(order(), text) ?? [];
    expect(read.map(({ id }) => id)).toEqual(["reserve", "ship"]);
    expect(withFreshIds(order(), read)[0]).toMatchObject({
      id: "reserve_2",
      compensation: { config: { text: "${ nodes.reserve_2 }" } },
    });
    expect(readOwners(trip(), text)).toBeNull();
    expect(readOwners(order(), "words")).toBeNull();
  });
});
