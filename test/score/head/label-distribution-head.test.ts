/** Rewards against the published class: test/model/heads.test.ts. */
import { describe, expect, it } from "vitest";
import type { HeadCandidates } from "../../../lib/score/head/head.js";
import { detectHead } from "../../../lib/score/head/registry.js";
import { FixtureTensors } from "./fixture.js";
import { plainDense } from "./plain-dense.js";

const HIDDEN_SIZE = 4;
const OBJECTIVES = 2;

function layer(tensors: FixtureTensors, name: string, rows: number, columns: number): void {
  tensors.setFloats(`${name}.weight`, [rows, columns], new Float32Array(rows * columns).fill(0.5));
  tensors.setFloats(`${name}.bias`, [rows], new Float32Array(rows));
}

function network(): FixtureTensors {
  const tensors = new FixtureTensors();
  layer(tensors, "regression_layer.network.0", 3, HIDDEN_SIZE);
  layer(tensors, "regression_layer.network.2", 10 * OBJECTIVES, 3);
  layer(tensors, "gating_layer.network.0", 3, HIDDEN_SIZE);
  layer(tensors, "gating_layer.network.3", OBJECTIVES, 3);
  return tensors;
}

function detect(
  tensors: FixtureTensors,
  config: HeadCandidates["config"] = {},
): ReturnType<typeof detectHead> {
  return detectHead({ tensors: tensors.tensors, hiddenSize: HIDDEN_SIZE, config });
}

describe("LDL-Reward's head", () => {
  it("has its gate's softmax only where the config asks", () => {
    expect(detect(network()).spec).toMatchObject({ kind: "label-distribution", temperature: null });
    expect(detect(network(), { temperature: 3 }).spec).toMatchObject({ temperature: null });
    expect(detect(network(), { softmax: true }).spec).toMatchObject({ temperature: 1 });
    expect(detect(network(), { softmax: true, temperature: 3 }).spec).toMatchObject({ temperature: 3 });
  });

  it("lets a hundredth of what is negative pass between its layers", async () => {
    const tensors = network();
    const { definition, spec } = detect(tensors);
    const head = await definition.load(spec, tensors, HIDDEN_SIZE, plainDense);
    const states = [1, -1].map((sign) => ({ scored: Float32Array.of(sign, sign, sign, sign) }));
    // All shares are equal, so each mean is one half; the gate is 0.5 · 3 · (0.5 · ±4), one of them a hundredth.
    expect(await head.apply(states)).toMatchObject([
      { reward: expect.closeTo(3, 6) as number },
      { reward: expect.closeTo(-0.03, 6) as number },
    ]);
    await head.dispose();
  });

  it.each([
    [
      "without its gate",
      (tensors: FixtureTensors) => {
        drop(tensors, "gating_layer");
      },
      {},
      "20 outputs, expected 0",
    ],
    [
      "with a layer missing",
      (tensors: FixtureTensors) => {
        drop(tensors, "regression_layer.network.2.bias");
      },
      {},
      "missing regression_layer.network.2.bias",
    ],
    ["of another size than the config says", () => undefined, { num_objectives: 220 }, "num_objectives 220"],
    ["with a temperature that is none", () => undefined, { softmax: true, temperature: 0 }, "temperature"],
  ] as const)("is refused %s", (_, change, config, message) => {
    const tensors = network();
    change(tensors);
    expect(() => detect(tensors, config)).toThrow(expect.objectContaining({ code: "HEAD_INVALID" }));
    expect(() => detect(tensors, config)).toThrow(message);
  });
});

function drop(tensors: FixtureTensors, prefix: string): void {
  for (const name of [...tensors.tensors.keys()]) if (name.startsWith(prefix)) tensors.delete(name);
}
