import { describe, expect, it } from "vitest";
import { namesFor, sampleOutputs } from "@/documents/names";
import { findExpressions, singleExpression, wrapExpression } from "./expressions";
import { fieldsFromSchema, sampleFromSchema, schemaFromFields } from "./schemaFields";
import { graph, node, testCatalog } from "./testCatalog";

const schema = {
  type: "object",
  properties: {
    amount: { type: "number", title: "Amount", minimum: 0 },
    currency: { type: "string", enum: ["EUR", "USD"] },
    items: { type: "array", items: { type: "string" } },
  },
  required: ["amount"],
  additionalProperties: false,
};

describe("field list", () => {
  it("goes from a schema and back without loss", () => {
    const fields = fieldsFromSchema(schema);
    expect(fields?.map((field) => [field.name, field.kind, field.isRequired])).toEqual([
      ["amount", "number", true],
      ["currency", "choice", false],
      ["items", "list", false],
    ]);
    expect(schemaFromFields(fields ?? [], schema)).toEqual(schema);
  });

  it("leaves schemas alone that it cannot show", () => {
    expect(fieldsFromSchema({ type: "object", oneOf: [] })).toBeNull();
    expect(fieldsFromSchema({ type: "object", properties: { a: {} } })).toBeNull();
    expect(fieldsFromSchema(null)).toEqual([]);
  });

  it("makes samples", () => {
    expect(sampleFromSchema(schema)).toEqual({ amount: 0, currency: "EUR", items: ["text"] });
  });
});

describe("names in expressions", () => {
  const document = graph(
    [node("s", "start", { input_schema: schema }), node("t"), node("u"), node("v")],
    ["s>t", "t>u", "t.error>v"],
  );

  it("offers the start form, steps before, and the error behind an error edge", () => {
    const paths = namesFor(document, testCatalog, "v").map((name) => name.path);
    expect(paths).toContain("input.amount");
    expect(paths).toContain("nodes.t.total");
    expect(paths).toContain("error.message");
    expect(paths).not.toContain("nodes.u");
    expect(namesFor(document, testCatalog, "u").map((name) => name.path)).not.toContain(
      "error.message",
    );
  });

  it("prefers known outputs to made-up ones", () => {
    expect(sampleOutputs(document, testCatalog, { t: { total: 7 } })).toMatchObject({
      t: { total: 7 },
      u: { total: 1 },
    });
  });
});

describe("expressions in texts", () => {
  it("finds them with nested braces and quotes", () => {
    const text = 'a ${ {"k": "}"}.k } b ${ x }';
    expect(findExpressions(text).map((range) => range.source.trim())).toEqual([
      '{"k": "}"}.k',
      "x",
    ]);
  });

  it("tells a single one from a text that holds one", () => {
    expect(singleExpression("${ a + 1 }")).toBe("a + 1");
    expect(singleExpression("x ${ a }")).toBeNull();
    expect(singleExpression("${ a } ${ b }")).toBeNull();
    expect(singleExpression("${ a")).toBeNull();
    expect(wrapExpression("a > 1")).toBe("${ a > 1 }");
    expect(wrapExpression(" ")).toBe("");
    expect(wrapExpression("${ a > 1 }")).toBe("${ a > 1 }");
  });
});
