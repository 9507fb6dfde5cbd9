import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKPOINTS } from "../../support/fixtures.js";
import { expectedOf, runCase, sameOutcome, type SpecialTokenCase } from "./special-token-case.js";

/**
 * Cases of `test/reference/special_token_cases.py`, answered by transformers 4.57.6 and 5.24.0. Others: SPECIAL_TOKEN_CASES=<file>;
 * OUTCOMES=<file> keeps what became of each.
 */
const file =
  process.env["SPECIAL_TOKEN_CASES"] ?? join(CHECKPOINTS, "..", "tokens", "special-token-cases.json");
const cases = JSON.parse(await readFile(file, "utf8")) as SpecialTokenCase[];

describe("special tokens of random configurations", () => {
  it(`are those of transformers, or refused (${cases.length} cases)`, { timeout: 1_800_000 }, async () => {
    const results = [];
    for (const [index, given] of cases.entries()) {
      const outcome = await runCase(given);
      const { converter, reference } = outcome;
      // The converter does not let pass what its check reads otherwise.
      const isKept = converter !== undefined && reference !== undefined && sameOutcome(converter, reference);
      const isRight =
        converter !== undefined && expectedOf(given).some((answer) => sameOutcome(converter, answer));
      results.push({ index, isKept, isRight, ...outcome });
    }
    if (process.env["OUTCOMES"] !== undefined)
      await writeFile(process.env["OUTCOMES"], JSON.stringify(results));
    expect(results.filter(({ isKept, isRight }) => isKept && !isRight).map(({ index }) => index)).toEqual([]);
    expect(results.filter(({ isKept }) => isKept).length).toBeGreaterThan(cases.length / 2);
  });
});
