import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { errorWithCode, isRewardErrorCode, RewardError } from "../lib/errors.js";
import { CLASS_OF_CODE, ERROR_CODES } from "./support/error-classes.js";

const FILE = "lib/errors.ts";

/** What the compiler says about `lib/errors.ts` with another text. */
function complaints(text: string): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    types: [],
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const readSource = host.getSourceFile.bind(host);
  host.getSourceFile = (name, languageVersion) =>
    name === FILE
      ? ts.createSourceFile(name, text, languageVersion, true)
      : readSource(name, languageVersion);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([FILE], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("errors", () => {
  it.each(ERROR_CODES)("makes the class of %s", (code) => {
    const cause = new Error("below");
    const error = errorWithCode(code, "What happened.", { cause, details: { path: "a" } });
    expect(error.constructor).toBe(CLASS_OF_CODE[code]);
    expect(error).toBeInstanceOf(RewardError);
    expect(error).toMatchObject({ code, message: "What happened.", cause, details: { path: "a" } });
  });

  it("knows its own codes only", () => {
    expect(ERROR_CODES.every(isRewardErrorCode)).toBe(true);
    expect(["ENOENT", "", "toString", undefined, 1].some(isRewardErrorCode)).toBe(false);
  });

  it("does not compile with a code that has no class, or another's class", () => {
    const text = readFileSync(FILE, "utf8");
    expect(complaints(text)).toEqual([]);
    const newCode = complaints(text.replace('| "DISPOSED";', '| "DISPOSED" | "BRAND_NEW";'));
    expect(newCode).toEqual([expect.stringContaining("BRAND_NEW")]);
    const wrongClass = complaints(text.replace("make(ScoreError)", "make(HeadLoadError)"));
    expect(wrongClass).toEqual([expect.stringContaining("SCORE_INVALID")]);
  });
});
