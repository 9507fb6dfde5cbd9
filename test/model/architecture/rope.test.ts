import { expect, it } from "vitest";
import { llama3Factors, readRope, ropeScalingMetadata } from "../../../lib/model/architecture/rope.js";

/**
 * Plain frequency divided by the scaled one, of transformers 5.18 (`ROPE_INIT_FUNCTIONS["llama3"]`, float32, on the CPU), rounded
 * to 7 digits: `[index, factor]`.
 */
const FACTORS: [
  theta: number,
  headDim: number,
  factor: number,
  low: number,
  high: number,
  length: number,
  [number, number][],
][] = [
  [
    500000,
    128,
    32,
    1,
    4,
    8192,
    [
      [0, 1],
      [20, 1],
      [28, 1],
      [30, 1.651329],
      [32, 3.292263],
      [34, 9.666731],
      [36, 32],
      [63, 32],
    ],
  ],
  [
    500000,
    128,
    8,
    1,
    4,
    8192,
    [
      [0, 1],
      [20, 1],
      [28, 1],
      [30, 1.553414],
      [32, 2.69453],
      [34, 5.257327],
      [36, 8],
      [63, 8],
    ],
  ],
  [
    5000,
    16,
    5,
    1.5,
    6,
    64,
    [
      [0, 1],
      [1, 1.792771],
      [2, 5],
      [3, 5],
      [7, 5],
    ],
  ],
];

it.each(FACTORS)(
  "Llama 3 factors, theta %d, head size %d, factor %d",
  (theta, headDim, factor, lowFactor, highFactor, originalLength, expected) => {
    const factors = llama3Factors(theta, headDim, {
      kind: "llama3",
      factor,
      lowFactor,
      highFactor,
      originalLength,
    });
    expect(factors).toHaveLength(headDim / 2);
    for (const [index, value] of expected) expect(factors[index]).toBeCloseTo(value, 4);
  },
);

const YARN = { rope_type: "yarn", factor: 4, original_max_position_embeddings: 32768 };

it.each([
  ["nothing", {}, 10000, { kind: "none" }],
  ["null", { rope_scaling: null, rope_theta: 5e6 }, 5e6, { kind: "none" }],
  ["the old key", { rope_scaling: { type: "linear", factor: 2 } }, 10000, { kind: "linear", factor: 2 }],
  [
    "transformers 5's key",
    { rope_parameters: { rope_type: "default", rope_theta: 1e6 } },
    1e6,
    { kind: "none" },
  ],
  [
    "both keys",
    {
      rope_theta: 5e6,
      rope_scaling: { type: "linear", factor: 2 },
      rope_parameters: { rope_type: "default", rope_theta: 1e6 },
    },
    5e6,
    { kind: "linear", factor: 2 },
  ],
  [
    "dynamic",
    { rope_scaling: { type: "dynamic", factor: 2 } },
    10000,
    { kind: "dynamic", originalLength: 4096 },
  ],
  [
    "yarn",
    { rope_scaling: YARN },
    10000,
    { kind: "yarn", factor: 4, originalLength: 32768, attentionFactor: undefined },
  ],
] as const)("rope of %s", (_, config, theta, scaling) => {
  expect(readRope(config, 4096)).toEqual({ theta, partialFactor: 1, scaling });
});

it("two bases in a file of transformers 4 are refused: 4 computes with the one, 5 with the other", () => {
  const config = {
    transformers_version: "4.57.6",
    rope_theta: 10000,
    rope_parameters: { rope_type: "default", rope_theta: 100000 },
  };
  expect(() => readRope(config, 4096)).toThrow(expect.objectContaining({ code: "CHECKPOINT_INVALID" }));
  expect(readRope({ ...config, rope_theta: 100000 }, 4096).theta).toBe(100000);
  expect(readRope({ ...config, transformers_version: "5.24.0" }, 4096).theta).toBe(100000);
});

it("YaRN's own attention factor is passed on relative to the built-in one", () => {
  const { scaling } = readRope({ rope_scaling: { ...YARN, attention_factor: 1.5 } }, 4096);
  const entries = new Map(ropeScalingMetadata(scaling));
  expect(entries.get("rope.scaling.attn_factor")).toEqual({
    type: "f32",
    value: 1.5 / (0.1 * Math.log(4) + 1),
  });
});

it.each([
  ["an unknown kind", { rope_scaling: { type: "xpos" } }, "CHECKPOINT_UNSUPPORTED"],
  ["other YaRN constants", { rope_scaling: { ...YARN, beta_fast: 16 } }, "CHECKPOINT_UNSUPPORTED"],
  ["YaRN with mscale", { rope_scaling: { ...YARN, mscale: 1 } }, "CHECKPOINT_UNSUPPORTED"],
  ["YaRN without truncation", { rope_scaling: { ...YARN, truncate: false } }, "CHECKPOINT_UNSUPPORTED"],
  ["parameters by kind of layer", { rope_parameters: { full_attention: {} } }, "CHECKPOINT_UNSUPPORTED"],
  ["no factor", { rope_scaling: { type: "linear" } }, "CHECKPOINT_INVALID"],
  ["a factor of zero", { rope_scaling: { type: "linear", factor: 0 } }, "CHECKPOINT_INVALID"],
  ["text", { rope_scaling: "linear" }, "CHECKPOINT_INVALID"],
  ["factors that are no list", { rope_scaling: { type: "longrope", short_factor: 1 } }, "CHECKPOINT_INVALID"],
] as const)("%s is refused", (_, config, code) => {
  expect(() => readRope(config, 4096)).toThrow(expect.objectContaining({ code }));
});
