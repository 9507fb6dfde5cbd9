import { describe, expect, it } from "vitest";
import type { DenseRuntime } from "../../../lib/score/head/dense.js";
import type { HeadInput, HeadResult } from "../../../lib/score/head/head.js";
import { nativeDense } from "../../../lib/score/head/native-dense.js";
import { detectHead } from "../../../lib/score/head/registry.js";
import { loadAddon } from "../../../lib/score/native/binding.js";
import { candidatesOf, expectedOf, FixtureTensors, type Expected, type FixtureCase } from "./fixture.js";
import { plainDense } from "./plain-dense.js";

/**
 * Every head against the reference values of its fixture, from the reference's own hidden states, which are printed with 8
 * digits. Relative for numbers above 1, absolute below; scores have a standard deviation of 2. Largest error seen: 6e-7
 * with the plain loops, 2.4e-6 with the addon's float32 kernels.
 */
const TOLERANCE = 1e-5;

interface Applied {
  expected: Expected<FixtureCase>;
  results: HeadResult[];
}

async function applyTo(checkpoint: string, runtime: DenseRuntime): Promise<Applied> {
  const tensors = await FixtureTensors.read(checkpoint);
  const candidates = await candidatesOf(checkpoint, tensors);
  const { definition, spec } = detectHead(candidates);
  // As after a round trip through reward.json.
  const recorded = definition.schema.parse(JSON.parse(JSON.stringify(spec)));
  const head = await definition.load(recorded, tensors, candidates.hiddenSize, runtime);
  const expected = expectedOf(checkpoint);
  const inputs = expected.cases.map((each): HeadInput => ({
    scored: Float32Array.from(each.hidden_last),
    ...(each.hidden_gate === undefined ? {} : { gating: Float32Array.from(each.hidden_gate) }),
  }));
  const results = await head.apply(inputs);
  await head.dispose();
  expect(results).toHaveLength(inputs.length);
  return { expected, results };
}

function expectClose(actual: number | undefined, wanted: number | undefined, what: string): void {
  if (wanted === undefined) throw new Error(`The fixture has no ${what}.`);
  const bound = TOLERANCE * Math.max(1, Math.abs(wanted));
  expect(Math.abs((actual ?? NaN) - wanted), `${what}: ${String(actual)} and ${wanted}`).toBeLessThanOrEqual(
    bound,
  );
}

const SCORING_CHECKPOINTS = [
  "armorm-tiny",
  "grm-gemma-tiny",
  "grm-gemma2-tiny",
  "grm-linear-tiny",
  "grm-llama3.2-tiny",
  "grm-mlp2-tiny",
  "inform-tiny",
  "qrm-llama3-tiny",
  "qrm-llama3.1-tiny",
  "skywork-llama3.1-tiny",
  "skywork-qwen2-tiny",
  "starling-34b-tiny",
  "starling-tiny",
  "steerlm-tiny",
  "ultrarm-eos-tiny",
  "ultrarm-tiny",
  "urm-llama3.1-tiny",
];

const RUNTIMES: [name: string, runtime: DenseRuntime][] = [
  ["plain loops", plainDense],
  ["the native addon", nativeDense(loadAddon(), 2)],
];

describe.each(RUNTIMES)("rewards equal the reference, with %s", (_, runtime) => {
  it.each(SCORING_CHECKPOINTS)("%s", async (checkpoint) => {
    const { expected, results } = await applyTo(checkpoint, runtime);
    for (const [index, each] of expected.cases.entries()) {
      expectClose(results[index]?.reward, each.score, `score of ${each.id}`);
    }
  });
});

describe.each(RUNTIMES)("breakdowns equal the reference, with %s", (_, runtime) => {
  it("gated attributes: mean, deviation and gate by name, and the propagated deviation", async () => {
    const { expected, results } = await applyTo("urm-llama3.1-tiny", runtime);
    for (const [index, each] of expected.cases.entries()) {
      const result = results[index];
      expectClose(result?.std, each.std, `std of ${each.id}`);
      expect(Object.keys(result?.attributes ?? {})).toEqual(Object.keys(each.attributes ?? {}));
      for (const [name, attribute] of Object.entries(result?.attributes ?? {})) {
        expectClose(attribute.mean, each.attributes?.[name], `${name} of ${each.id}`);
        expectClose(attribute.std, each.sigmas?.[name], `sigma of ${name} of ${each.id}`);
        expectClose(attribute.gate, each.gates?.[name], `gate of ${name} of ${each.id}`);
      }
    }
  });

  it.each(["armorm-tiny", "qrm-llama3.1-tiny", "qrm-llama3-tiny"])(
    "%s: objectives, adjusted objectives, gates and coefficients by name",
    async (checkpoint) => {
      const { expected, results } = await applyTo(checkpoint, runtime);
      for (const [index, each] of expected.cases.entries()) {
        const attributes = Object.entries(results[index]?.attributes ?? {});
        expect(attributes.map(([name]) => name)).toEqual(expected.objective_names);
        for (const [row, [name, attribute]] of attributes.entries()) {
          expectClose(attribute.mean, each.objectives?.[row], `${name} of ${each.id}`);
          expectClose(attribute.adjusted, each.adjusted?.[row], `adjusted ${name} of ${each.id}`);
          expectClose(attribute.gate, each.gating?.[row], `gate of ${name} of ${each.id}`);
          expectClose(
            attribute.coefficient,
            each.coefficients?.[row],
            `coefficient of ${name} of ${each.id}`,
          );
        }
      }
    },
  );

  it.each(["qrm-llama3.1-tiny", "qrm-llama3-tiny"])("%s: quantiles of the reward", async (checkpoint) => {
    const { expected, results } = await applyTo(checkpoint, runtime);
    for (const [index, each] of expected.cases.entries()) {
      const quantiles = results[index]?.quantiles ?? [];
      expect(quantiles).toHaveLength(expected.quantile_levels?.length ?? NaN);
      for (const [row, [level, value]] of quantiles.entries()) {
        expectClose(level, expected.quantile_levels?.[row], `level ${row}`);
        expectClose(value, each.quantiles?.[row], `quantile ${level} of ${each.id}`);
      }
    }
  });

  it("attribute regression: the attributes", async () => {
    const { expected, results } = await applyTo("steerlm-tiny", runtime);
    for (const [index, each] of expected.cases.entries()) {
      const attributes = Object.entries(results[index]?.attributes ?? {});
      expect(attributes.map(([name]) => name)).toEqual([
        "helpfulness",
        "correctness",
        "coherence",
        "complexity",
        "verbosity",
      ]);
      for (const [row, [name, attribute]] of attributes.entries()) {
        expectClose(attribute.mean, each.objectives?.[row], `${name} of ${each.id}`);
      }
    }
  });
});
