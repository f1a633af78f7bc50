import { describe, expect, it } from "vitest";
import { fieldsOf, initialInputs, readForm, serverErrors } from "./formFields";

const SCHEMA = {
  type: "object",
  required: ["centre", "amount", "sure"],
  properties: {
    centre: { type: "string", title: "Cost centre", enum: ["Sales", "Support"] },
    amount: { type: "integer", minimum: 1, maximum: 10, default: 3 },
    pay_on: { type: ["string", "null"], format: "date", description: "Empty: at once." },
    sure: { type: "boolean", default: true },
    level: {
      oneOf: [
        { const: 1, title: "Low" },
        { const: 2, title: "High" },
      ],
    },
    tags: { type: "array", items: { type: "string" } },
    note: { type: "string", maxLength: 2000 },
  },
};
const fields = fieldsOf(SCHEMA);

describe("fieldsOf", () => {
  it("chooses a control for each type", () => {
    expect(fields.map(({ name, control }) => [name, control.kind])).toEqual([
      ["centre", "choice"],
      ["amount", "number"],
      ["pay_on", "text"],
      ["sure", "switch"],
      ["level", "choice"],
      ["tags", "json"],
      ["note", "lines"],
    ]);
    expect(fields[2]).toMatchObject({
      label: "pay on",
      hint: "Empty: at once.",
      isRequired: false,
      control: { type: "date" },
    });
  });

  it("has no fields without a schema", () => {
    expect(fieldsOf(null)).toEqual([]);
  });
});

describe("readForm", () => {
  it("gives data of the schema's types", () => {
    const inputs = {
      ...initialInputs(fields),
      centre: "Support",
      level: "2",
      tags: '["a"]',
    };
    expect(readForm(fields, inputs)).toEqual({
      data: { centre: "Support", amount: 3, sure: true, level: 2, tags: ["a"] },
      errors: {},
    });
  });

  it("says what is missing or wrong", () => {
    const inputs = { ...initialInputs(fields), amount: "2.5", tags: "[" };
    expect(readForm(fields, inputs).errors).toEqual({
      centre: "This is needed.",
      amount: "This must be a whole number.",
      tags: "This is not valid JSON.",
    });
    expect(readForm(fields, { ...inputs, amount: "11", tags: "" }).errors.amount).toBe(
      "This must be at most 10.",
    );
    expect(readForm(fields, { ...inputs, amount: "eleven" }).errors.amount).toBe(
      "This is not a number.",
    );
  });

  it("starts from data that is there", () => {
    expect(initialInputs(fields, { centre: "Sales", sure: false })).toMatchObject({
      centre: "Sales",
      sure: false,
      amount: "3",
    });
  });
});

it("finds the field of a server's finding", () => {
  expect(
    serverErrors([
      { field: "data.centre", message: "unknown" },
      { field: "comment", message: "needed" },
    ]),
  ).toEqual({ centre: "unknown" });
});
