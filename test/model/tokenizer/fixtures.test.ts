import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { modelTokenizer, verifyTokens } from "../../../lib/check/verify-tokens.js";
import { CHECKPOINTS, checkpointNames, readExpected } from "../../support/fixtures.js";
import { readFrom } from "./checkpoint-copy.js";
import { loadVocabulary } from "./vocabulary-model.js";

/** A case as this test needs it; the pair model has two prompts in each. */
interface TokenCase {
  expected_error?: string;
  rendered?: string | string[];
  input_ids?: number[] | number[][];
}

describe.each(await checkpointNames())("tokenizer of %s", (name) => {
  it("gives the reference's ids for every prompt, and for 300 hard strings", async () => {
    const directory = join(CHECKPOINTS, name);
    const expected = await readExpected<{ add_special_tokens?: boolean; cases: TokenCase[] }>(name);
    const info = await readFrom(directory);
    const model = await loadVocabulary(info);
    const tokenize = modelTokenizer(model, info);
    try {
      const cases = expected.cases.filter(({ input_ids }) => input_ids !== undefined);
      const texts = cases.flatMap(({ rendered }) => rendered ?? []);
      const ids = cases.flatMap(({ input_ids: ids = [] }) =>
        Array.isArray(ids[0]) ? (ids as number[][]) : [ids as number[]],
      );
      const adds = expected.add_special_tokens ?? true;
      const actual = (await tokenize(texts)).map((tokens) => [
        ...(adds ? info.prefixTokens : []),
        ...Array.from(tokens),
        ...(adds ? info.suffixTokens : []),
      ]);
      expect(texts.length).toBeGreaterThan(20);
      expect(actual).toEqual(ids);

      const report = await verifyTokens({ tokenize, checkpointDir: directory, sampleSize: 300 });
      expect(report).toMatchObject({ hasReference: true, differences: [] });
    } finally {
      await model.dispose();
    }
  });
});
