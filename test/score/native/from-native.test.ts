import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ConversationError, DisposedError, isRewardErrorCode } from "../../../lib/errors.js";
import { fromNative } from "../../../lib/score/native/from-native.js";
import { CLASS_OF_CODE, ERROR_CODES } from "../../support/error-classes.js";

function native(code: string, message: string, details?: object): Error {
  return Object.assign(new Error(message), { code, ...(details === undefined ? {} : { details }) });
}

/** Codes that the C++ sources throw. */
function nativeCodes(): string[] {
  const files = readdirSync("native").filter((name) => /\.(cc|h)$/.test(name));
  const texts = files.map((name) => readFileSync(path.join("native", name), "utf8"));
  return [
    ...new Set(texts.flatMap((text) => text.match(/(?<=")(?:[A-Z]+(?:_[A-Z]+)+|DISPOSED)(?=")/g) ?? [])),
  ];
}

describe("fromNative", () => {
  it.each(ERROR_CODES.filter((code) => code !== "DISPOSED"))("wraps %s in its class", (code) => {
    const error = native(code, "It failed.", { status: 2 });
    const wrapped = fromNative(error) as Error;
    expect(wrapped.constructor).toBe(CLASS_OF_CODE[code]);
    expect(wrapped).toMatchObject({ code, message: "It failed.", details: { status: 2 }, cause: error });
  });

  it("says of a disposed object what it was, and keeps its details", () => {
    const wrapped = fromNative(native("DISPOSED", "This context", { log: ["a"] }));
    expect(wrapped).toBeInstanceOf(DisposedError);
    expect(wrapped).toMatchObject({
      message: "This context was disposed. Load it again to use it.",
      details: { log: ["a"] },
    });
  });

  it("leaves other values as they are", () => {
    const ours = new ConversationError("CONVERSATION_TOO_LONG", "Too long.");
    for (const value of [new Error("plain"), native("ENOENT", "no file"), "text", undefined, ours]) {
      expect(fromNative(value)).toBe(value);
    }
  });

  it("has a class for every code of the native sources", () => {
    const codes = nativeCodes();
    expect(codes.length).toBeGreaterThan(10);
    // Their callers give the signal's own reason in their place.
    const CANCELLED = ["DECODE_CANCELLED", "MODEL_LOAD_CANCELLED"];
    expect(codes.filter((code) => !isRewardErrorCode(code))).toEqual(CANCELLED);
  });
});
