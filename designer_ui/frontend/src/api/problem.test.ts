import { describe, expect, it } from "vitest";
import { ApiError, messageOf, toProblem } from "./problem";

describe("toProblem", () => {
  it("keeps what problem details say, and their extras", () => {
    const problem = toProblem(409, {
      title: "Conflict",
      detail: "Somebody saved.",
      code: "revision_conflict",
      current: { revision: 4 },
    });
    expect(problem).toMatchObject({
      status: 409,
      code: "revision_conflict",
      detail: "Somebody saved.",
      errors: [],
      current: { revision: 4 },
    });
  });

  it("makes one from an answer that is no problem details", () => {
    expect(toProblem(502, null)).toMatchObject({
      title: "Error 502",
      code: "http_502",
      detail: "The server answered with status 502.",
    });
  });
});

describe("messageOf", () => {
  it("adds the only finding, unless it is said already", () => {
    const problem = toProblem(422, {
      detail: "The input is wrong.",
      errors: [{ message: "Too small." }],
    });
    expect(messageOf(new ApiError(problem))).toBe("The input is wrong. Too small.");
    const said = toProblem(422, { detail: "Too small.", errors: [{ message: "Too small." }] });
    expect(messageOf(new ApiError(said))).toBe("Too small.");
  });

  it("reads anything that was thrown", () => {
    expect(messageOf(new Error("No."))).toBe("No.");
    expect(messageOf("text")).toBe("text");
  });
});
