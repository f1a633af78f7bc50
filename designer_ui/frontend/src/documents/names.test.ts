import { describe, expect, it } from "vitest";
import { fitToSchema } from "./names";

const schema = {
  type: "object",
  properties: {
    country: { type: "string", default: "USA" },
    top: { type: "integer" },
    strict: { type: "boolean", default: false },
  },
};

describe("fitToSchema", () => {
  it("begins with the defaults", () => {
    expect(fitToSchema(undefined, schema)).toEqual({ country: "USA", strict: false });
  });

  it("prefers a person's own values and drops what the schema does not know", () => {
    expect(fitToSchema({ country: "Palau", top: 3, gone: 1 }, schema)).toEqual({
      country: "Palau",
      top: 3,
      strict: false,
    });
  });

  it("gives nothing for a schema without fields", () => {
    expect(fitToSchema({ a: 1 }, { type: "object" })).toEqual({});
  });
});
