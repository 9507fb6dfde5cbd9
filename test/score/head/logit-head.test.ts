import { describe, expect, it } from "vitest";
import { logitHead } from "../../../lib/score/head/logit-head.js";
import { detectHead } from "../../../lib/score/head/registry.js";
import { candidatesOf, FixtureTensors, readJson, type Expected, type PairCase } from "./fixture.js";
import { plainDense } from "./plain-dense.js";

// The pair fixture is a language model, and its reference has the logits of two tokens.
const CHECKPOINT = "pairpref-tiny";
const expected = readJson(CHECKPOINT, "expected.json") as Expected<PairCase>;

describe("logit head", () => {
  it.each([0, 1])("gives the reference's logit of label token %i", async (label) => {
    const checkpoint = await FixtureTensors.read(CHECKPOINT);
    const profile = { kind: "logit", token: expected.labels?.[label] ?? NaN };
    const { definition, spec } = detectHead({ ...(await candidatesOf(CHECKPOINT, checkpoint)), profile });
    expect(definition).toBe(logitHead);
    const [row] = (await definition.extract?.(spec, checkpoint)) ?? [];
    if (row === undefined) throw new Error("Nothing was extracted.");
    expect(row.shape).toEqual([1, 48]);

    const folder = new FixtureTensors().set(row.name, row.dtype, row.shape, row.bytes);
    const head = await definition.load(spec, folder, 48, plainDense);
    const orders = expected.cases.flatMap((each) =>
      each.hidden_last.map((hidden, order) => ({ hidden, logit: each.logits[order]?.[label] ?? NaN })),
    );
    const results = await head.apply(orders.map(({ hidden }) => ({ scored: Float32Array.from(hidden) })));
    for (const [index, { logit }] of orders.entries()) expect(results[index]?.reward).toBeCloseTo(logit, 5);
  });

  it("is never assumed without a profile, and needs the token", async () => {
    const candidates = await candidatesOf(CHECKPOINT);
    expect(() => detectHead({ ...candidates, profile: undefined })).toThrow("never scored");
    expect(() => detectHead({ ...candidates, profile: { kind: "logit" } })).toThrow('"token"');
  });
});
