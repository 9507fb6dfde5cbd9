import path from "node:path";
import { expect, it } from "vitest";
import { dequantize } from "../../lib/formats/gguf/dequantize.js";
import { GgufData, readGgufHeader } from "../../lib/formats/gguf/gguf-reader.js";
import { loadAddon } from "../../lib/score/native/binding.js";
import type { NativeMoments } from "../../lib/score/native/native-addon.js";
import { batchOf, CPU_OPTIONS, makeContext, scratchFolder, sequenceEntries } from "./fixture.js";
import { HIDDEN_SIZE, writeTinyModel } from "./tiny-gguf.js";

const folder = scratchFolder();
const file = path.join(folder, "f32.gguf");
writeTinyModel(file);

const TOKENS = 100;
const QUERY = "blk.0.attn_q.weight";
/** llama.general.rms_norm_eps of the tiny model. */
const EPSILON = 1e-5;

async function tensor(name: string): Promise<Float32Array> {
  const info = (await readGgufHeader(file)).tensors.get(name);
  const data = await GgufData.open(file);
  const bytes = await data.read(info?.offset ?? 0, new Uint8Array(info?.sizeBytes ?? 0));
  await data.close();
  return dequantize(bytes, "F32");
}

/** What the first layer's query matrix is multiplied with: embeddings after the layer's norm, `[TOKENS, HIDDEN_SIZE]`. */
async function inputs(): Promise<number[][]> {
  const embeddings = await tensor("token_embd.weight");
  const norm = await tensor("blk.0.attn_norm.weight");
  return sequenceEntries(0, TOKENS).map(({ token }) => {
    const row = [...embeddings.subarray(token * HIDDEN_SIZE, (token + 1) * HIDDEN_SIZE)];
    const mean = row.reduce((sum, value) => sum + value * value, 0) / HIDDEN_SIZE;
    return row.map((value, index) => (value * (norm[index] ?? NaN)) / Math.sqrt(mean + EPSILON));
  });
}

async function observed(
  weights: readonly string[],
  withProducts: boolean,
  extra = new Float32Array(),
  heed?: Float32Array,
): Promise<NativeMoments> {
  const addon = loadAddon();
  const moments = addon.createMoments({ weights, withProducts, threads: 1, ...(heed && { heed }) });
  moments.weigh(extra);
  const model = await addon.loadModel({ path: file, ...CPU_OPTIONS }).result;
  // Cut into micro-batches: each is a graph of its own.
  const ubatchSize = extra.length === TOKENS ? TOKENS : 32;
  const context = await makeContext(model, { moments, ubatchSize, flashAttention: "off" });
  await context.decode(batchOf(sequenceEntries(0, TOKENS)));
  return moments;
}

it("means of squares are those of what the matrix is multiplied with", async () => {
  const [found] = (await observed([QUERY], false)).meanSquares();
  const rows = await inputs();
  expect(found?.name).toBe(QUERY);
  for (let column = 0; column < HIDDEN_SIZE; column++) {
    const expected = rows.reduce((sum, row) => sum + (row[column] ?? NaN) ** 2, 0) / TOKENS;
    expect((found?.values[column] ?? NaN) / expected).toBeCloseTo(1, 4);
  }
});

it("tokens count as they weigh, the more the more a matrix heeds it", async () => {
  const extra = new Float32Array(TOKENS);
  extra.set([300, 100], 40);
  const found = (await observed([QUERY], false, extra, Float32Array.of(1000))).meanSquares()[0];
  const none = (await observed([QUERY], false, extra, Float32Array.of(0))).meanSquares()[0];
  const rows = await inputs();
  for (let column = 0; column < HIDDEN_SIZE; column++) {
    const [first = NaN, second = NaN] = [rows[40]?.[column], rows[41]?.[column]];
    expect((found?.values[column] ?? NaN) / (0.75 * first ** 2 + 0.25 * second ** 2)).toBeCloseTo(1, 2);
    const mean = rows.reduce((sum, row) => sum + (row[column] ?? NaN) ** 2, 0) / TOKENS;
    expect((none?.values[column] ?? NaN) / mean).toBeCloseTo(1, 4);
  }
});

it.each([
  ["weights of other tokens", new Float32Array(7), undefined, /weights for \d+ tokens but received 7/],
  ["a negative weight", Float32Array.of(-1), undefined, /at least 0/],
  ["heed of other matrices", new Float32Array(), new Float32Array(2), /heed for 1 matrices but received 2/],
  ["heed that is no number", new Float32Array(), Float32Array.of(NaN), /at least 0/],
])("refuses %s", async (_, extra, heed, message) => {
  await expect(observed([QUERY], false, extra, heed)).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.stringMatching(message) as string,
  });
});

it("matrices with the same input share its moments, and unknown names have none", async () => {
  const names = ["blk.0.attn_k.weight", QUERY, "blk.1.ffn_down.weight", "no.such.weight"];
  const found = (await observed(names, false)).meanSquares();
  expect(found.map(({ name }) => name).sort()).toEqual(names.slice(0, 3).sort());
  const values = (name: string): Float32Array | undefined => found.find((one) => one.name === name)?.values;
  expect(values("blk.0.attn_k.weight")).toEqual(values(QUERY));
  expect(values("blk.1.ffn_down.weight")).toHaveLength(128);
});

it("q8_0 rounded by products changes them less than plain rounding, and no number by more than four steps", async () => {
  const moments = await observed([QUERY], true);
  const weights = await tensor(QUERY);
  const blocks = await moments.roundToQ8({ weight: QUERY, values: weights, threads: 2 });
  const fitted = dequantize(blocks, "Q8_0");
  const plain = weights.map((_, index) => plainlyRounded(weights, index));
  const rows = await inputs();
  expect(errorOf(rows, fitted, weights)).toBeLessThan(0.8 * errorOf(rows, plain, weights));
  weights.forEach((weight, index) => {
    expect(Math.abs((fitted[index] ?? NaN) - weight)).toBeLessThan(4.6 * stepAt(weights, index));
  });
});

it("meets the grid of weights that once had four bits", async () => {
  const moments = await observed([QUERY], true);
  // Each block has 16 values, evenly spaced between bounds of its own, as ggml's Q4_1 has.
  const weights = (await tensor(QUERY)).map((value, index, all) => {
    const block = all.subarray(index - (index % 32), index - (index % 32) + 32);
    const [least, most] = [Math.min(...block), Math.max(...block)];
    const step = Math.fround((most - least) / 15);
    return least + step * Math.round((value - least) / step);
  });
  const blocks = await moments.roundToQ8({ weight: QUERY, values: weights, threads: 2 });
  const plain = weights.map((_, index) => plainlyRounded(weights, index));
  const rows = await inputs();
  expect(errorOf(rows, dequantize(blocks, "Q8_0"), weights)).toBeLessThan(
    0.2 * errorOf(rows, plain, weights),
  );
});

/** Sum of the squares of what products with the rows are off by. */
function errorOf(rows: readonly number[][], rounded: Float32Array, weights: Float32Array): number {
  return rows.reduce((sum, row) => {
    for (let output = 0; output < weights.length / HIDDEN_SIZE; output++) {
      const error = row.reduce((dot, value, column) => {
        const at = output * HIDDEN_SIZE + column;
        return dot + value * ((rounded[at] ?? NaN) - (weights[at] ?? NaN));
      }, 0);
      sum += error ** 2;
    }
    return sum;
  }, 0);
}

it("refuses what it cannot round or watch", async () => {
  const moments = await observed([QUERY], true);
  const values = new Float32Array(HIDDEN_SIZE);
  await expect(
    moments.roundToQ8({ weight: "blk.1.ffn_up.weight", values, threads: 1 }),
  ).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
  await expect(
    moments.roundToQ8({ weight: QUERY, values: values.subarray(1), threads: 1 }),
  ).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  const squares = await observed([QUERY], false);
  await expect(squares.roundToQ8({ weight: QUERY, values, threads: 1 })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
  await moments.dispose();
  expect(() => moments.meanSquares()).toThrow();
});

/** By ggml's block_q8_0: 32 numbers share a scale of their largest over 127. */
function stepAt(weights: Float32Array, index: number): number {
  const start = index - (index % 32);
  return (
    weights.subarray(start, start + 32).reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127
  );
}

function plainlyRounded(weights: Float32Array, index: number): number {
  const step = stepAt(weights, index);
  return Math.round((weights[index] ?? NaN) / step) * step;
}
