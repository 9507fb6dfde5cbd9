import { expect, it } from "vitest";
import { z } from "zod";
import { firstProblem, zodProblems } from "../../lib/util/zod-problems.js";

const schema = z.object({ turns: z.array(z.object({ text: z.string() })), size: z.int() });

function fault(value: unknown): z.ZodError {
  const { error } = schema.safeParse(value);
  if (error === undefined) throw new Error("Nothing is wrong.");
  return error;
}

it("says where and what, for every problem", () => {
  expect(zodProblems(fault({ turns: [{ text: 1 }], size: 0.5 }), "record")).toEqual([
    expect.stringMatching(/^turns\.0\.text: .*string/),
    expect.stringMatching(/^size: .*int/),
  ]);
});

it("calls the value itself by its name", () => {
  expect(zodProblems(fault(null), "record")).toEqual([expect.stringMatching(/^record: /)]);
});

it("tells the first problem apart", () => {
  expect(firstProblem(fault({ turns: [], size: "a" }), "(root)")).toEqual({
    field: "size",
    fault: expect.stringContaining("number") as string,
  });
  expect(firstProblem({ issues: [] }, "(root)")).toEqual({ field: "(root)", fault: "unexpected value" });
});
