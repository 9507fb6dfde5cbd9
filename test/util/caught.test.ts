import { expect, it } from "vitest";
import { asError, codeOf, fileError, messageOf } from "../../lib/util/caught.js";

it("asks anything thrown for its message and code", () => {
  const system = Object.assign(new Error("gone"), { code: "ENOENT" });
  expect([system, "text", undefined].map(messageOf)).toEqual(["gone", "text", "undefined"]);
  expect(
    [system, new Error("plain"), { code: "ENOENT" }, Object.assign(new Error(), { code: 7 })].map(codeOf),
  ).toEqual(["ENOENT", undefined, undefined, undefined]);
});

it("makes an error of anything thrown", () => {
  const error = new RangeError("far");
  expect(asError(error)).toBe(error);
  expect(asError("text")).toEqual(new Error("text"));
});

it.each([
  ["ENOSPC", /The disk is full/],
  // Windows's, for a file that is mapped or open.
  ["EPERM", /a loaded model keeps its files from being replaced/],
  ["EBUSY", /dispose of the models/],
])("says what to do about %s", (code, advice) => {
  const cause = Object.assign(new Error(`${code}: rename`), { code });
  const error = fileError("complete", "models/urm", cause);
  expect(error).toMatchObject({ code: "FILE_FAILED", cause, details: { file: "models/urm", code } });
  expect(error.message).toMatch(advice);
});
