import type { RowReader } from "../../../lib/formats/safetensors/tensor.js";
import { describe, expect, it } from "vitest";
import { detectHead } from "../../../lib/score/head/registry.js";
import { pairHead } from "../../../lib/score/head/pair-head.js";
import { candidatesOf, FixtureTensors, readJson, type Expected, type PairCase } from "./fixture.js";
import { plainDense } from "./plain-dense.js";

const CHECKPOINT = "pairpref-tiny";
const expected = readJson(CHECKPOINT, "expected.json") as Expected<PairCase>;

describe("pair preference", () => {
  it("gives the reference's probabilities in both orders from the two label rows alone", async () => {
    const checkpoint = await FixtureTensors.read(CHECKPOINT);
    const { definition, spec } = detectHead(await candidatesOf(CHECKPOINT, checkpoint));
    expect(definition).toBe(pairHead);
    const pairSpec = pairHead.schema.parse(spec);
    expect(pairSpec).toMatchObject({ labelTokens: expected.labels, temperature: 1, orders: 2 });

    const [rows, ...others] = (await pairHead.extract?.(pairSpec, checkpoint)) ?? [];
    if (rows === undefined) throw new Error("Nothing was extracted.");
    expect(others).toEqual([]);
    expect(rows).toMatchObject({ dtype: "F16", shape: [2, 48] });
    expect(pairHead.tensorNames(pairSpec)).toEqual([rows.name]);

    const folder = new FixtureTensors().set(rows.name, rows.dtype, rows.shape, rows.bytes);
    const head = await pairHead.load(pairSpec, folder, 48, plainDense);
    const results = await head.apply(
      expected.cases.flatMap((each) =>
        each.hidden_last.map((hidden) => ({ scored: Float32Array.from(hidden) })),
      ),
    );
    for (const [index, each] of expected.cases.entries()) {
      const [aFirst = NaN, bFirst = NaN] = results
        .slice(2 * index, 2 * index + 2)
        .map(({ reward }) => reward);
      expect(aFirst, each.id).toBeCloseTo(each.prob_by_order[0] ?? NaN, 6);
      expect(1 - bFirst, each.id).toBeCloseTo(each.prob_by_order[1] ?? NaN, 6);
      expect((aFirst + 1 - bFirst) / 2, each.id).toBeCloseTo(each.prob_a, 6);
    }
  });

  it("divides the logits by the profile's temperature", async () => {
    const rows = new FixtureTensors().setFloats("output_rows.weight", [2, 2], Float32Array.of(1, 0, 0, 1));
    const spec = {
      kind: "pair" as const,
      matrix: "lm_head.weight",
      labels: ["A", "B"] as [string, string],
      labelTokens: [0, 1] as [number, number],
      temperature: 2,
      orders: 2 as const,
    };
    const head = await pairHead.load(spec, rows, 2, plainDense);
    const [result] = await head.apply([{ scored: Float32Array.of(3, 1) }]);
    // Logits 3 and 1, halved: 1 / (1 + e^-1).
    expect(result?.reward).toBeCloseTo(0.7310585786, 9);
  });

  it("gives no probability when a hidden state or a logit is not finite", async () => {
    const rows = new FixtureTensors().setFloats("output_rows.weight", [2, 2], Float32Array.of(2, 0, 0, 1));
    const spec = {
      kind: "pair" as const,
      matrix: "lm_head.weight",
      labels: ["A", "B"] as [string, string],
      labelTokens: [0, 1] as [number, number],
      temperature: 1,
      orders: 2 as const,
    };
    const head = await pairHead.load(spec, rows, 2, plainDense);
    for (const scored of [
      [Infinity, 1],
      [NaN, 1],
      [-3e38, 1],
      [3e38, 1],
    ]) {
      await expect(head.apply([{ scored: Float32Array.from(scored) }])).rejects.toMatchObject({
        code: "SCORE_INVALID",
      });
    }
  });

  it("takes the rows from tied embeddings", async () => {
    const tensors = await FixtureTensors.read(CHECKPOINT, (name) => name === "model.embed_tokens.weight");
    const embedding = tensors.tensors.get("model.embed_tokens.weight");
    const candidates = { ...(await candidatesOf(CHECKPOINT)), tensors: new Map(), outputMatrix: embedding };
    expect(pairHead.detect(candidates)).toMatchObject({ matrix: "model.embed_tokens.weight" });
  });

  it.each([
    ["no output matrix", { outputMatrix: undefined }, "neither lm_head.weight nor tied embeddings"],
    ["a label that is not a token", { tokenId: () => undefined }, 'label "A" is not one token'],
    ["capped logits", { config: { final_logit_softcapping: 30 } }, "final_logit_softcapping"],
    ["no prompt in the profile", { profile: { kind: "pair" } }, '"labels", "context" and "prompt"'],
  ])("refuses %s", async (_, change, message) => {
    const candidates = { ...(await candidatesOf(CHECKPOINT)), ...change };
    expect(() => detectHead(candidates)).toThrow(
      expect.objectContaining({
        code: "HEAD_INVALID",
        message: expect.stringContaining(message) as string,
      }) as Error,
    );
  });

  it("refuses label tokens outside the matrix", async () => {
    const checkpoint: RowReader = await FixtureTensors.read(CHECKPOINT);
    const spec = pairHead.detect({ ...(await candidatesOf(CHECKPOINT)), tokenId: () => 4352 });
    if (spec === undefined) throw new Error("The pair head was not detected.");
    await expect(pairHead.extract?.(spec, checkpoint)).rejects.toMatchObject({ code: "HEAD_INVALID" });
  });
});
