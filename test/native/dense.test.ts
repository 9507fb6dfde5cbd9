import { describe, expect, it } from "vitest";

import { loadAddon } from "../../lib/score/native/binding.js";
import type { NativeDenseLayer, NativeDenseNetwork } from "../../lib/score/native/native-addon.js";

/** Deterministic numbers in about ±0.5. */
function numbers(count: number, salt: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + salt * 78.233) / 2);
}

function layer(
  inputSize: number,
  outputSize: number,
  activation: NativeDenseLayer["activation"],
  withBias = true,
): NativeDenseLayer {
  const weight = numbers(inputSize * outputSize, outputSize);
  return { weight, outputSize, inputSize, activation, ...(withBias ? { bias: numbers(outputSize, 3) } : {}) };
}

/** Making a network takes the weights over: give it copies where the test needs them again. */
function makeNetwork(layers: readonly NativeDenseLayer[], threads: number): Promise<NativeDenseNetwork> {
  return loadAddon().createDenseNetwork(
    layers.map((each) => ({ ...each, weight: each.weight.slice() })),
    threads,
  );
}

/** The same in double precision, from the definitions (SELU: Klambauer et al. 2017). */
function reference(layers: readonly NativeDenseLayer[], row: Float32Array): number[] {
  let values = [...row];
  for (const { weight, outputSize, inputSize, bias, activation } of layers)
    values = Array.from({ length: outputSize }, (_, output) => {
      let sum = bias?.[output] ?? 0;
      for (let input = 0; input < inputSize; input++)
        sum += (weight[output * inputSize + input] ?? Number.NaN) * (values[input] ?? Number.NaN);
      if (activation === "relu") return Math.max(0, sum);
      if (activation === "selu")
        return 1.0507009873554805 * (sum > 0 ? sum : 1.6732632423543772 * Math.expm1(sum));
      return sum;
    });
  return values;
}

/** Float32 rounding of sums of up to a thousand products in ±0.5: some 1e-6, however small the result. */
function expectClose(actual: Float32Array, expected: readonly number[]): void {
  const tolerance = 1e-5 * Math.max(1, ...expected.map(Math.abs));
  for (const [i, value] of expected.entries())
    expect(Math.abs((actual[i] ?? Number.NaN) - value)).toBeLessThan(tolerance);
}

describe("dense networks", () => {
  const stacks: [string, NativeDenseLayer[]][] = [
    ["one row", [layer(96, 1, "none", false)]],
    ["relu", [layer(100, 33, "relu"), layer(33, 1, "none")]],
    ["selu", [layer(64, 64, "selu"), layer(64, 64, "selu"), layer(64, 5, "none")]],
    ["wide enough for several threads", [layer(128, 1100, "selu"), layer(1100, 7, "relu", false)]],
    ["widths that are no multiple of a vector", [layer(3, 2, "selu"), layer(2, 1, "none")]],
  ];

  it.each(stacks)("%s equals double precision", async (_, layers) => {
    const inputSize = layers[0]?.inputSize ?? 0;
    const outputSize = layers.at(-1)?.outputSize ?? 0;
    for (const threads of [1, 3]) {
      const network = await makeNetwork(layers, threads);
      for (const count of [1, 2, 17]) {
        const rows = numbers(count * inputSize, 7);
        const result = await network.forward(rows);
        expect(result.length).toBe(count * outputSize);
        for (let i = 0; i < count; i++)
          expectClose(
            result.subarray(i * outputSize, (i + 1) * outputSize),
            reference(layers, rows.subarray(i * inputSize, (i + 1) * inputSize)),
          );
      }
      await network.dispose();
    }
  });

  // What is left over behind whole steps is summed by code whose rounding depends on llama.cpp's compiler.
  it.each([96, 100, 3])("rows of %d numbers give the bits of rows that zeros fill up", async (width) => {
    const outputSize = 5;
    const filled = Math.ceil(width / 64) * 64;
    const fill = (rows: Float32Array): Float32Array => {
      const result = new Float32Array((rows.length / width) * filled);
      for (let i = 0; i < rows.length / width; i++)
        result.set(rows.subarray(i * width, (i + 1) * width), i * filled);
      return result;
    };
    const narrow = layer(width, outputSize, "none");
    const wide = { ...narrow, weight: fill(narrow.weight), inputSize: filled };
    const rows = numbers(40 * width, 7);
    const [one, other] = [await makeNetwork([narrow], 1), await makeNetwork([wide], 1)];
    expect(await one.forward(rows)).toEqual(await other.forward(fill(rows)));
  });

  it("several forwards at the same time", async () => {
    const network = await makeNetwork([layer(64, 600, "selu"), layer(600, 3, "none")], 2);
    const inputs = Array.from({ length: 12 }, (_, i) => numbers(64 * (i + 1), i));
    const together = await Promise.all(inputs.map((rows) => network.forward(rows)));
    for (const [i, rows] of inputs.entries()) expect(together[i]).toEqual(await network.forward(rows));
  });

  it("NaN stays NaN", async () => {
    const network = await makeNetwork([layer(4, 4, "relu"), layer(4, 1, "selu")], 1);
    expect([...(await network.forward(Float32Array.of(1, Number.NaN, 0, 0)))]).toEqual([Number.NaN]);
  });

  it("takes the weights over and copies the rows", async () => {
    const stack = layer(8, 2, "none");
    const rows = numbers(8, 1);
    const expected = reference([stack], rows);
    const network = await loadAddon().createDenseNetwork([stack], 1);
    // Detached, not left to garbage collection: a head of 8B size holds 134 MB.
    expect(stack.weight.length).toBe(0);
    const running = network.forward(rows);
    rows.fill(0);
    expectClose(await running, expected);
  });

  it("copies the weights before the call returns: what happens to them later changes nothing", async () => {
    const stack = layer(8, 2, "none");
    const rows = numbers(8, 1);
    const expected = reference([stack], rows);
    const making = loadAddon().createDenseNetwork([stack], 1);
    expect(stack.weight.length).toBe(0);
    expectClose(await (await making).forward(rows), expected);
  });

  it("looks each property up once, and lets no getter free what was read", async () => {
    const stack = layer(8, 2, "none");
    const rows = numbers(8, 1);
    const expected = reference([{ ...stack, bias: new Float32Array(2) }], rows);
    let looks = 0;
    const sly = {
      ...stack,
      get weight(): Float32Array {
        looks++;
        return stack.weight;
      },
      get bias(): Float32Array {
        structuredClone(stack.weight.buffer, { transfer: [stack.weight.buffer as ArrayBuffer] });
        return new Float32Array(2);
      },
    };
    const network = await loadAddon().createDenseNetwork([sly], 1);
    expect(looks).toBe(1);
    expectClose(await network.forward(rows), expected);
  });

  it("takes weights in shared memory, which cannot be detached", async () => {
    const stack = layer(8, 2, "none");
    const rows = numbers(8, 1);
    const shared = new Float32Array(new SharedArrayBuffer(stack.weight.byteLength));
    shared.set(stack.weight);
    const network = await loadAddon().createDenseNetwork([{ ...stack, weight: shared }], 1);
    expectClose(await network.forward(rows), reference([stack], rows));
  });

  it("no rows give no results", async () => {
    const network = await makeNetwork([layer(8, 2, "none")], 1);
    expect((await network.forward(new Float32Array())).length).toBe(0);
  });

  it("refuses what does not fit, and use after dispose", async () => {
    const invalid = { code: "INVALID_ARGUMENT" };
    const make = (layers: unknown, threads = 1): Promise<unknown> =>
      loadAddon().createDenseNetwork(layers as NativeDenseLayer[], threads);
    const good = layer(4, 2, "none");
    await expect(make([])).rejects.toMatchObject(invalid);
    await expect(make(undefined)).rejects.toMatchObject(invalid);
    await expect(make([good, good])).rejects.toMatchObject({
      ...invalid,
      message: "Layer 1 takes 4 numbers, but layer 0 gives 2",
    });
    await expect(make([{ ...good, weight: new Float32Array(7) }])).rejects.toMatchObject(invalid);
    await expect(make([{ ...good, weight: new Float64Array(8) }])).rejects.toMatchObject(invalid);
    await expect(make([{ ...good, bias: new Float32Array(3) }])).rejects.toMatchObject(invalid);
    await expect(make([{ ...good, activation: "gelu" }])).rejects.toMatchObject(invalid);
    await expect(make([good], 0)).rejects.toMatchObject(invalid);
    const network = await makeNetwork([good], 1);
    await expect(network.forward(new Float32Array(5))).rejects.toMatchObject(invalid);
    await network.dispose();
    await network.dispose();
    await expect(network.forward(new Float32Array(4))).rejects.toMatchObject({ code: "DISPOSED" });
  });
});
