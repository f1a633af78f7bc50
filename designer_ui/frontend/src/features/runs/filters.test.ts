import { describe, expect, it } from "vitest";
import {
  apiQuery,
  clockOf,
  dayOf,
  formatFilters,
  hasFilters,
  NO_FILTERS,
  parseFilters,
} from "./filters";

describe("run filters", () => {
  it("come back from the URL as they went in", () => {
    const filters = {
      status: ["failed", "waiting"] as const,
      workflow: "w-1",
      version: "3",
      search: "Ana & Ben",
      businessKey: "EXP-7",
      from: "2026-11-01",
      to: "2026-11-22",
      trouble: "stuck" as const,
      hasChildren: true,
    };
    expect(parseFilters(formatFilters(filters))).toEqual(filters);
  });

  it("leave out what they cannot mean", () => {
    expect(parseFilters("status=failed,asleep&from=soon&version=3")).toEqual({
      ...NO_FILTERS,
      status: ["failed"],
    });
    expect(parseFilters("status=failed&status=failed").status).toEqual(["failed"]);
  });

  it("are empty for an empty URL", () => {
    expect(parseFilters("")).toEqual(NO_FILTERS);
    expect(formatFilters(NO_FILTERS)).toBe("");
    expect(hasFilters(NO_FILTERS)).toBe(false);
  });

  it("ask the API only for what was chosen", () => {
    expect(JSON.parse(JSON.stringify(apiQuery(NO_FILTERS)))).toEqual({});
    expect(
      apiQuery(
        parseFilters(
          "status=failed,paused&overdue=true&workflow=w&version=2&include_children=true",
        ),
      ),
    ).toMatchObject({
      status: ["failed", "paused"],
      workflow: "w",
      version: 2,
      overdue: true,
      stuck: undefined,
      include_children: true,
    });
  });

  it("include the last day as a whole", () => {
    const query = apiQuery({ ...NO_FILTERS, from: "2026-11-01", to: "2026-11-01" });
    const after = Date.parse(query.created_after ?? "");
    const before = Date.parse(query.created_before ?? "");
    expect(before - after).toBe(24 * 60 * 60 * 1000);
  });

  it("keep an exact moment, and know its day", () => {
    const moment = new Date(2026, 10, 22, 9, 30).toISOString();
    const { from } = parseFilters(`created_after=${encodeURIComponent(moment)}`);
    expect(apiQuery({ ...NO_FILTERS, from }).created_after).toBe(moment);
    expect([dayOf(from), clockOf(from)]).toEqual(["2026-11-22", "09:30"]);
    expect([dayOf("2026-11-22"), clockOf("2026-11-22")]).toEqual(["2026-11-22", ""]);
  });
});
