import { describe, expect, it } from "vitest";
import { loadAddon } from "../../lib/score/native/binding.js";
import { convertFloats, toFloat32, type FloatDtype } from "../../lib/formats/floats/float-convert.js";
import type { NativeOutputMatrix } from "../../lib/score/native/native-addon.js";

/** More than two slices of the vocabulary and of the states, and none of them whole. */
const VOCABULARY = 2500;
const HIDDEN = 24;
const STATES = 300;

/** A sequence that repeats itself: mulberry32. */
function numbers(count: number, seed: number, factor: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return factor * (((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1);
  });
}

const STATE_ROWS = numbers(STATES * HIDDEN, 1, 2);
const TOKENS = Int32Array.from({ length: STATES }, (_, index) => (index * 37) % VOCABULARY);

function stored(dtype: FloatDtype): Uint8Array {
  const floats = new Uint8Array(numbers(VOCABULARY * HIDDEN, 2, 1).buffer);
  const bytes = new Uint8Array(VOCABULARY * HIDDEN * (dtype === "F32" ? 4 : 2));
  convertFloats(floats, "F32", bytes, dtype);
  return bytes;
}

/** The definition, in double precision. */
function expected(weight: Float32Array, scale: number, cap: number): number[] {
  return Array.from(TOKENS, (token, state) => {
    const logits = Array.from({ length: VOCABULARY }, (_, row) => {
      let sum = 0;
      for (let i = 0; i < HIDDEN; i++)
        sum += (STATE_ROWS[state * HIDDEN + i] ?? NaN) * (weight[row * HIDDEN + i] ?? NaN);
      return cap === 0 ? scale * sum : cap * Math.tanh((scale * sum) / cap);
    });
    const largest = Math.max(...logits);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    return (logits[token] ?? NaN) - largest - Math.log(sum);
  });
}

async function make(
  type: "f32" | "f16" | "bf16",
  scale = 1,
  cap = 0,
  threads = 2,
): Promise<NativeOutputMatrix> {
  return loadAddon().createOutputMatrix({
    vocabSize: VOCABULARY,
    hiddenSize: HIDDEN,
    type,
    scale,
    cap,
    threads,
  });
}

describe("log-probabilities of tokens", () => {
  it.each([
    ["f32", 1, 0],
    ["f16", 1, 0],
    ["bf16", 1, 0],
    ["f32", 0.25, 0],
    ["bf16", 1, 3],
  ] as const)("are those of the definition: %s, scale %s, cap %s", async (type, scale, cap) => {
    const dtype = type.toUpperCase() as FloatDtype;
    const bytes = stored(dtype);
    const matrix = await make(type, scale, cap);
    const half = (bytes.length / VOCABULARY) * 1000;
    matrix.append(bytes.subarray(0, half).slice());
    matrix.append(bytes.subarray(half).slice());
    const logs = await matrix.logProbabilities(STATE_ROWS, TOKENS);
    const reference = expected(toFloat32(bytes, dtype), scale, cap);
    const largest = Math.max(...reference.map((value, index) => Math.abs(value - (logs[index] ?? NaN))));
    expect(largest).toBeLessThan(2e-5);
    await matrix.dispose();
  });

  it("do not depend on the number of threads, nor on what is computed beside them", async () => {
    const bytes = stored("BF16");
    const one = await make("bf16", 1, 0, 1);
    const three = await make("bf16", 1, 0, 3);
    one.append(bytes);
    three.append(bytes);
    const together = await one.logProbabilities(STATE_ROWS, TOKENS);
    const apart = await three.logProbabilities(STATE_ROWS.slice(0, 2 * HIDDEN), TOKENS.slice(0, 2));
    for (const index of [0, 1]) expect(apart[index]).toBeCloseTo(together[index] ?? NaN, 5);
    await Promise.all([one.dispose(), three.dispose()]);
  });

  it("are refused for what does not fit", async () => {
    const matrix = await make("f32");
    const state = new Float32Array(HIDDEN);
    await expect(matrix.logProbabilities(state, Int32Array.of(0))).rejects.toThrow("lacks 2500 rows");
    expect(() => {
      matrix.append(new Uint8Array(7));
    }).toThrow("whole rows");
    matrix.append(stored("F32"));
    expect(() => {
      matrix.append(new Uint8Array(4 * HIDDEN));
    }).toThrow("at most 0");
    await expect(matrix.logProbabilities(state, Int32Array.of(VOCABULARY))).rejects.toThrow("below 2500");
    await expect(matrix.logProbabilities(state, Int32Array.of(-1))).rejects.toThrow("below 2500");
    await expect(matrix.logProbabilities(state, Int32Array.of(0, 1))).rejects.toThrow("one for each state");
    await expect(matrix.logProbabilities(new Float32Array(HIDDEN - 1), Int32Array.of(0))).rejects.toThrow(
      "states of 24 numbers",
    );
    await expect(
      loadAddon().createOutputMatrix({
        vocabSize: 1,
        hiddenSize: 1,
        type: "f32",
        scale: NaN,
        cap: 0,
        threads: 1,
      }),
    ).rejects.toThrow("scale");
    expect(await matrix.logProbabilities(new Float32Array(), new Int32Array())).toHaveLength(0);
    await matrix.dispose();
    await expect(matrix.logProbabilities(state, Int32Array.of(0))).rejects.toThrow("output matrix");
  });
});
