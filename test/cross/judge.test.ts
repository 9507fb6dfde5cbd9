import { describe, expect, it } from "vitest";
import { judge } from "../../scripts/cross/run/judge.mjs";

const FILE = "test/native/decode.test.ts";

/** vitest's JSON of one file, as Node for Windows names it. */
function resultsOf(tests: Record<string, string>, { status = "passed", message = "" } = {}): never {
  const assertionResults = Object.entries(tests).map(([title, outcome]) => ({
    ancestorTitles: ["decode"],
    title,
    status: outcome,
  }));
  const name = `Z:\\build\\cross\\win32-x64\\clone\\${FILE.replaceAll("/", "\\")}`;
  return { testResults: [{ name, status, message, assertionResults }] } as never;
}

describe("judge", () => {
  it("counts, and names the tests that failed", () => {
    const verdict = judge(resultsOf({ a: "passed", b: "failed", c: "skipped" }), "test/native", []);
    expect(verdict).toEqual({
      passed: 1,
      failed: 1,
      excluded: 0,
      skipped: 1,
      problems: [`FAILED ${FILE} > decode > b`],
    });
  });

  it("lets a known limit fail, but not pass, and not go away", () => {
    const limits = [{ reason: "no sockets", tests: [`${FILE} > decode > b`] }];
    expect(judge(resultsOf({ a: "passed", b: "failed" }), "test/native", limits)).toMatchObject({
      failed: 0,
      excluded: 1,
      problems: [],
    });
    expect(judge(resultsOf({ a: "passed", b: "passed" }), "test/native", limits).problems).toEqual([
      `passes, so take it off the list of known limits: ${FILE} > decode > b`,
    ]);
    expect(judge(resultsOf({ a: "passed" }), "test/native", limits).problems).toEqual([
      `is not there, so take it off the list of known limits: ${FILE} > decode > b`,
    ]);
    // Only what ran can tell.
    expect(judge(resultsOf({ a: "passed" }), "test/eval", limits).problems).toEqual([]);
  });

  it("does not take a file whose process died for one that passed", () => {
    const died = resultsOf({ a: "passed" }, { status: "failed", message: "Worker exited unexpectedly" });
    expect(judge(died, "test/native", []).problems).toEqual([`FAILED ${FILE}: Worker exited unexpectedly`]);
    const limits = [{ reason: "dies", tests: [FILE] }];
    expect(judge(died, "test/native", limits).problems).toEqual([]);
    expect(judge(resultsOf({ a: "passed" }), "test/native", limits).problems).toEqual([
      `passes, so take it off the list of known limits: ${FILE}`,
    ]);
  });

  it("does not pass when nothing ran", () => {
    expect(judge(resultsOf({}), "test/native", []).problems).toEqual(["no test of test/native passed"]);
  });
});
