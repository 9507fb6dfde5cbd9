import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Backbone } from "../../../lib/score/backbone/backbone.js";
import { BackboneContext } from "../../../lib/score/backbone/context.js";
import { guardWindow } from "../../../lib/score/backbone/guarded-context.js";
import type { HiddenRequest } from "../../../lib/score/backbone/request.js";
import { loadAddon } from "../../../lib/score/native/binding.js";
import { convertFixture, readExpected, type ModelFolder } from "../../support/fixtures.js";

const CONTEXT_LENGTH = 2048;

interface Case {
  tokens: Int32Array;
  /** Reference, in double precision. */
  hidden: readonly number[];
}

async function readCases(checkpoint: string): Promise<Case[]> {
  const { cases } = await readExpected(checkpoint);
  return cases
    .filter((given) => given.expected_error === undefined && given.input_ids.length <= 600)
    .map((given) => ({ tokens: Int32Array.from(given.input_ids), hidden: given.hidden_last }));
}

const lastOf = (tokens: Int32Array): HiddenRequest => ({ tokens, positions: [tokens.length - 1] });

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? NaN))), 0);
}

/**
 * Everything in float32. `error`: largest difference from the reference, about ten times what was seen. `noise`: what prefix
 * sharing, the cache and neighbours in the batch may change. ggml's CPU code takes Gemma's GELU from a half-precision table
 * (v0.5.0), where the last bit of the input can move the output by one of the table's steps.
 */
describe.each([
  { checkpoint: "grm-llama3.2-tiny", error: 2e-4, noise: 1e-4 },
  { checkpoint: "skywork-qwen2-tiny", error: 2e-4, noise: 1e-4 },
  { checkpoint: "grm-gemma2-tiny", error: 2e-2, noise: 2e-3 },
])("hidden states of $checkpoint", ({ checkpoint, error, noise }) => {
  let folder: ModelFolder;
  let cases: Case[];

  const load = (): Promise<Backbone> =>
    Backbone.load(loadAddon(), join(folder.directory, "backbone-f32.gguf"), {
      device: "cpu",
      threads: 1,
      kvType: "f32",
      contextLength: CONTEXT_LENGTH,
      maxBatch: 256,
    });

  /** Each list on its own, in a context that has seen nothing else. */
  const computeCold = async (lists: readonly Int32Array[]): Promise<Float32Array[]> => {
    const states: Float32Array[] = [];
    for (const tokens of lists) {
      await using backbone = await load();
      states.push(...(await backbone.hiddenStates([lastOf(tokens)])).flat());
    }
    return states;
  };

  beforeAll(async () => {
    folder = await convertFixture(checkpoint, { type: "f32" });
    cases = await readCases(checkpoint);
    expect(cases.length).toBeGreaterThan(10);
  });

  afterAll(() => folder.remove());

  it("equal the reference, together in one call", async () => {
    await using backbone = await load();
    const states = await backbone.hiddenStates(cases.map(({ tokens }) => lastOf(tokens)));
    const differences = cases.map(({ hidden }, index) => largestDifference(states[index]?.[0] ?? [], hidden));
    expect(Math.max(...differences)).toBeLessThan(error);
  });

  it("do not depend on neighbours, order or the cache", async () => {
    const lists = cases.slice(0, 32).map(({ tokens }) => tokens);
    const cold = await computeCold(lists);
    await using backbone = await load();
    const differences = async (order: readonly number[]): Promise<number[]> => {
      const states = await backbone.hiddenStates(
        order.flatMap((index) => lists.slice(index, index + 1).map(lastOf)),
      );
      return order.map((given, index) => largestDifference(states[index]?.[0] ?? [], cold[given] ?? []));
    };
    const forward = lists.map((_, index) => index);
    expect(Math.max(...(await differences(forward)))).toBeLessThan(noise);
    expect(Math.max(...(await differences(forward.toReversed())))).toBeLessThan(noise);
    const { reusedTokens } = backbone.stats;
    for (const index of forward) expect(Math.max(...(await differences([index])))).toBeLessThan(noise);
    expect(backbone.stats.reusedTokens).toBeGreaterThan(reusedTokens);
  });

  it("are right for candidates that branch off inside an earlier sequence, far before its end", async () => {
    const longest = cases.map(({ tokens }) => tokens).reduce((a, b) => (a.length >= b.length ? a : b));
    const branches = [0.2, 0.5, 0.9].map((share) =>
      Int32Array.from([...longest.subarray(0, Math.floor(longest.length * share)), 17, 23, 42, 99, 101]),
    );
    const cold = await computeCold(branches);
    const addon = loadAddon();
    const path = join(folder.directory, "backbone-f32.gguf");
    const model = await addon.loadModel({ path, gpuLayers: 0, devices: [], useMmap: true, prefill: true })
      .result;
    const native = await addon.createContext(model, {
      contextLength: CONTEXT_LENGTH,
      batchSize: 256,
      ubatchSize: 256,
      maxOutputs: 8,
      threads: 1,
      kvType: "f32",
      flashAttention: "auto",
    });
    // A token as dear as in the largest models: nothing is given up but for room.
    const context = new BackboneContext(
      guardWindow(native, model.info.slidingWindow),
      model.info.hiddenSize,
      1_000_000,
      0,
    );
    const compute = async (tokens: Int32Array): Promise<Float32Array> => {
      const [states] = await context.hiddenStates([lastOf(tokens)]);
      return states?.[0] ?? new Float32Array();
    };
    const filler = (length: number, first: number): Int32Array =>
      Int32Array.from({ length }, (_, index) => (index === 0 ? first : 5 + (index % 50)));
    // Fills the KV cache but for 48 cells. The next 300 tokens take the place of the first 300, in front of the longest list;
    // llama.cpp looks for the 40 after them right behind, where cells that left an attention window would do.
    await compute(filler(300, 61));
    await compute(longest);
    await compute(filler(CONTEXT_LENGTH - 300 - longest.length - 48, 62));
    await compute(filler(300, 63));
    await compute(filler(40, 64));
    for (const [index, branch] of branches.entries()) {
      const { reusedTokens } = context.stats;
      expect(largestDifference(await compute(branch), cold[index] ?? [])).toBeLessThan(noise);
      expect(context.stats.reusedTokens - reusedTokens).toBe(branch.length - 5);
    }
    await context.dispose();
    await model.dispose();
  });
});
