import { describe, expect, it } from "vitest";
import { errorWithCode } from "../../../lib/errors.js";
import { decodeError, encodeError } from "../../../lib/serve/host/wire-error.js";
import { CLASS_OF_CODE, ERROR_CODES } from "../../support/error-classes.js";

/** An error as the other process sees it. */
function sent(error: unknown): Error {
  return decodeError(structuredClone(encodeError(error)));
}

describe("errors between processes", () => {
  it.each(ERROR_CODES)("%s keeps its class, message and details", (code) => {
    const details = { path: "a", sizes: [1, 2], nested: { log: ["b"] } };
    const error = sent(errorWithCode(code, "What happened.", { details }));
    expect(error.constructor).toBe(CLASS_OF_CODE[code]);
    expect(error).toMatchObject({ code, message: "What happened.", name: CLASS_OF_CODE[code].name, details });
    expect(error).not.toHaveProperty("cause");
  });

  it("keeps four causes, each in its own class", () => {
    let error: Error = new RangeError("deepest");
    for (let depth = 0; depth < 5; depth++) error = errorWithCode("FILE_FAILED", "Outer.", { cause: error });
    const depth = (value: unknown): number => (value instanceof Error ? 1 + depth(value.cause) : 0);
    expect(depth(sent(error))).toBe(5);
    const cause = sent(errorWithCode("FILE_FAILED", "Outer.", { cause: new RangeError("inner") })).cause;
    expect(cause).toMatchObject({ name: "RangeError", message: "inner" });
  });

  it("sends details that are no plain data as text", () => {
    const error = sent(errorWithCode("HOST_FAILED", "x", { details: { run: Symbol("s"), size: 2n } }));
    expect(error).toMatchObject({ details: { run: "Symbol(s)", size: 2n } });
  });

  it("leaves an error without a code of this package plain, with its stack", () => {
    const error = Object.assign(new TypeError("bug"), { code: "ENOENT" });
    const arrived = sent(error);
    expect(arrived.constructor).toBe(Error);
    expect(arrived).toMatchObject({ name: "TypeError", message: "bug", stack: error.stack });
    expect(sent("text")).toMatchObject({ message: "text" });
  });

  it("takes no name of every object for a code", () => {
    expect(decodeError({ name: "E", message: "m", code: "toString" as never }).constructor).toBe(Error);
  });
});
