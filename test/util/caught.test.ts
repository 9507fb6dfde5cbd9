import { expect, it } from "vitest";
import { asError, codeOf, messageOf } from "../../lib/util/caught.js";

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
