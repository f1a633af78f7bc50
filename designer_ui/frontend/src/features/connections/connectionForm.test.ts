import { describe, expect, it } from "vitest";
import type { ConnectionView } from "@/api/types";
import { changeOf, creationOf, destinationOf, formOf, settingsOf } from "./connectionForm";

const known: ConnectionView = {
  id: "1",
  name: "house",
  title: "House",
  kind: "openai_compatible",
  settings: {
    base_url: "https://models.example/v1",
    prices: { tiny: { input: 2, output: 10.5 } },
  },
  has_secret: true,
  created_at: "2030-01-01T00:00:00Z",
  created_by: "ida",
  updated_at: "2030-01-01T00:00:00Z",
  updated_by: "ida",
};

describe("connection form", () => {
  it("gives back the settings that it was made from", () => {
    expect(settingsOf(formOf(known))).toEqual(known.settings);
    const tools = {
      ...known,
      kind: "mcp_stdio" as const,
      settings: { command: "tools", args: ["--a", "b c"], secret_variable: "TOKEN" },
    };
    expect(settingsOf(formOf(tools))).toEqual(tools.settings);
    expect(destinationOf(tools)).toBe("tools --a b c");
  });

  it("leaves the secret alone unless one is typed or it is forgotten", () => {
    const form = formOf(known);
    expect(changeOf(form).secret).toBeNull();
    expect(changeOf({ ...form, secret: "new-secret" }).secret).toBe("new-secret");
    expect(changeOf({ ...form, isSecretForgotten: true }).secret).toBe("");
  });

  it("leaves out what is blank", () => {
    const form = {
      ...formOf(),
      title: " House ",
      prices: [{ id: 1, model: " ", input: "", output: "" }],
    };
    expect(creationOf(form)).toEqual({
      title: "House",
      name: null,
      kind: "openai_compatible",
      settings: { base_url: null, prices: {} },
      secret: "",
    });
  });
});
