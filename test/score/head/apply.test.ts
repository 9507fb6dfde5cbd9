import { describe, expect, it } from "vitest";
import type { DenseRuntime } from "../../../lib/score/head/dense.js";
import type { Head, HeadInput } from "../../../lib/score/head/head.js";
import { detectHead } from "../../../lib/score/head/registry.js";
import { candidatesOf, expectedOf, FixtureTensors } from "./fixture.js";
import { plainDense } from "./plain-dense.js";

async function load(checkpoint: string, runtime: DenseRuntime = plainDense, profile = {}): Promise<Head> {
  const tensors = await FixtureTensors.read(checkpoint);
  const candidates = await candidatesOf(checkpoint, tensors);
  const { definition, spec } = detectHead({ ...candidates, profile: { ...candidates.profile, ...profile } });
  return definition.load(spec, tensors, candidates.hiddenSize, runtime);
}

function inputsOf(checkpoint: string): HeadInput[] {
  return expectedOf(checkpoint).cases.map((each) => ({
    scored: Float32Array.from(each.hidden_last),
    ...(each.hidden_gate === undefined ? {} : { gating: Float32Array.from(each.hidden_gate) }),
  }));
}

const CHECKPOINTS = [
  "grm-llama3.2-tiny",
  "grm-linear-tiny",
  "grm-mlp2-tiny",
  "skywork-llama3.1-tiny",
  "urm-llama3.1-tiny",
  "armorm-tiny",
  "qrm-llama3-tiny",
  "inform-tiny",
  "ultrarm-tiny",
  "starling-tiny",
  "steerlm-tiny",
];

describe("a loaded head", () => {
  it.each(["grm-mlp2-tiny", "urm-llama3.1-tiny", "qrm-llama3-tiny"])(
    "%s: results do not depend on the batch, however long",
    async (checkpoint) => {
      const head = await load(checkpoint);
      const inputs = Array.from({ length: 8 }, () => inputsOf(checkpoint)).flat();
      expect(inputs.length).toBeGreaterThan(64);
      const together = await head.apply(inputs);
      for (const [index, input] of inputs.entries()) {
        expect(together[index]).toEqual((await head.apply([input]))[0]);
      }
    },
  );

  it("gives nothing for nothing", async () => {
    const head = await load("armorm-tiny");
    expect(await head.apply([])).toEqual([]);
  });

  it("refuses a NaN or infinite reward, saying which candidate", async () => {
    const head = await load("grm-linear-tiny");
    const inputs = inputsOf("grm-linear-tiny");
    inputs[3] = { scored: new Float32Array(64).fill(NaN) };
    await expect(head.apply(inputs)).rejects.toMatchObject({
      code: "SCORE_INVALID",
      details: { candidate: 3 },
    });
    inputs[3] = { scored: new Float32Array(64).fill(3e38) };
    await expect(head.apply(inputs)).rejects.toMatchObject({ code: "SCORE_INVALID" });
  });

  it.each(
    CHECKPOINTS.flatMap((checkpoint) => [NaN, Infinity, -Infinity].map((value) => ({ checkpoint, value }))),
  )("$checkpoint: gives no number for a hidden state with $value in it", async ({ checkpoint, value }) => {
    const head = await load(checkpoint);
    const [input] = inputsOf(checkpoint);
    for (const field of ["scored", "gating"] as const) {
      const state = input?.[field];
      if (input === undefined || state === undefined) continue;
      for (let index = 0; index < state.length; index++) {
        const broken = { ...input, [field]: state.with(index, value) };
        await expect(head.apply([input, broken]), `${field} ${index}`).rejects.toMatchObject({
          code: "SCORE_INVALID",
          details: { candidate: 1 },
        });
      }
    }
  });

  it("refuses an infinite deviation of a finite reward", async () => {
    const head = await load("urm-llama3.1-tiny");
    const [input] = inputsOf("urm-llama3.1-tiny");
    const scored = input?.scored.map((value) => value * 1e4) ?? new Float32Array();
    await expect(head.apply([{ scored }])).rejects.toMatchObject({
      code: "SCORE_INVALID",
      message: expect.stringMatching(/std|standard deviation/) as string,
    });
  });

  it("refuses hidden states of another size, and a missing gating position", async () => {
    const head = await load("armorm-tiny");
    const scored = new Float32Array(48);
    const wrong = { scored: new Float32Array(47), gating: scored };
    await expect(head.apply([wrong])).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(head.apply([{ scored }])).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("takes a deviation by softplus when the profile says so", async () => {
    const [input] = inputsOf("urm-llama3.1-tiny");
    if (input === undefined) throw new Error("The fixture has no case.");
    const byExp = await (await load("urm-llama3.1-tiny")).apply([input]);
    const head = await load("urm-llama3.1-tiny", plainDense, { sigmaTransform: "softplus" });
    const [result] = await head.apply([input]);
    for (const [name, attribute] of Object.entries(result?.attributes ?? {})) {
      // exp(raw) = s means softplus(raw) = ln(1 + s).
      expect(attribute.std).toBeCloseTo(Math.log(1 + (byExp[0]?.attributes?.[name]?.std ?? NaN)), 6);
    }
  });

  it("frees its networks once, and refuses to be used afterwards", async () => {
    const disposals: string[] = [];
    const runtime: DenseRuntime = {
      ...plainDense,
      async createNetwork(layers) {
        const network = await plainDense.createNetwork(layers);
        return {
          forward: (rows) => network.forward(rows),
          dispose: () => Promise.resolve(void disposals.push("network")),
        };
      },
    };
    const head = await load("urm-llama3.1-tiny", runtime);
    await Promise.all([head.dispose(), head.dispose()]);
    expect(disposals).toHaveLength(2);
    await expect(head.apply([])).rejects.toMatchObject({ code: "DISPOSED" });
  });

  it("frees the first network when the second cannot be made", async () => {
    const disposals: string[] = [];
    let made = 0;
    const runtime: DenseRuntime = {
      ...plainDense,
      async createNetwork(layers) {
        if (++made === 2) throw new Error("no memory");
        const network = await plainDense.createNetwork(layers);
        return {
          forward: (rows) => network.forward(rows),
          dispose: () => Promise.resolve(void disposals.push("network")),
        };
      },
    };
    await expect(load("urm-llama3.1-tiny", runtime)).rejects.toThrow("no memory");
    expect(disposals).toHaveLength(1);
  });
});

describe("several labels", () => {
  it("gives the row that the profile names, and all rows as breakdown", async () => {
    const tensors = await FixtureTensors.read("steerlm-tiny");
    const attributes = ["helpfulness", "correctness", "coherence", "complexity", "verbosity"];
    const candidates = {
      ...(await candidatesOf("steerlm-tiny", tensors)),
      profile: { attributes, rewardLabel: "coherence" },
    };
    const { definition, spec } = detectHead(candidates);
    expect(definition.kind).toBe("linear-score");
    const head = await definition.load(spec, tensors, 48, plainDense);
    const results = await head.apply(inputsOf("steerlm-tiny"));
    for (const [index, each] of expectedOf("steerlm-tiny").cases.entries()) {
      expect(results[index]?.reward).toBeCloseTo(each.objectives?.[2] ?? NaN, 5);
      expect(results[index]?.attributes?.["verbosity"]?.mean).toBeCloseTo(each.objectives?.[4] ?? NaN, 5);
    }
    const byIndex = { ...candidates, profile: { attributes, rewardLabel: 2 } };
    expect(detectHead(byIndex).spec).toEqual(spec);
    const unknown = { ...candidates, profile: { attributes, rewardLabel: "brevity" } };
    expect(() => detectHead(unknown)).toThrow("brevity");
  });
});

describe("a quantile head without transform matrix, with dropout in its gate", () => {
  // The layout of QRM-Gemma-2: modules are numbered 0, 2 | 4, 6 | 7 instead of 0, 2 | 3, 5 | 6.
  async function withDropout(): Promise<FixtureTensors> {
    const tensors = await FixtureTensors.read("qrm-llama3-tiny");
    for (const [from, to] of [
      ["6", "7"],
      ["5", "6"],
      ["3", "4"],
    ] as const) {
      for (const [name, { dtype, shape }] of [...tensors.tensors]) {
        if (!name.startsWith(`gating.layers.${from}.`)) continue;
        tensors.set(name.replace(`.${from}.`, `.${to}.`), dtype, shape, await tensors.readBytes(name));
        tensors.delete(name);
      }
    }
    return tensors;
  }

  it("is the same function of the same weights", async () => {
    const tensors = await withDropout();
    const { definition, spec } = detectHead(await candidatesOf("qrm-llama3-tiny", tensors));
    const head = await definition.load(spec, tensors, 48, plainDense);
    const inputs = inputsOf("qrm-llama3-tiny");
    expect(await head.apply(inputs)).toEqual(await (await load("qrm-llama3-tiny")).apply(inputs));
  });

  it("mixes the objectives themselves when the profile says there is no matrix", async () => {
    const tensors = (await withDropout()).delete("reward_transform_matrix");
    const candidates = await candidatesOf("qrm-llama3-tiny", tensors);
    expect(() => detectHead(candidates)).toThrow("reward_transform_matrix");

    const { definition, spec } = detectHead({ ...candidates, profile: { hasTransform: false } });
    const head = await definition.load(spec, tensors, 48, plainDense);
    const results = await head.apply(inputsOf("qrm-llama3-tiny"));
    for (const [index, each] of expectedOf("qrm-llama3-tiny").cases.entries()) {
      const reward = each.gating?.reduce((sum, gate, row) => sum + gate * (each.objectives?.[row] ?? NaN), 0);
      expect(results[index]?.reward).toBeCloseTo(reward ?? NaN, 4);
    }
  });

  it("needs a temperature when config.json has none", async () => {
    const tensors = (await withDropout()).delete("reward_transform_matrix");
    const candidates = { ...(await candidatesOf("qrm-llama3-tiny", tensors)), config: {} };
    expect(() => detectHead({ ...candidates, profile: { hasTransform: false } })).toThrow(
      "gating_temperature",
    );
    const profile = { hasTransform: false, temperature: 1 };
    expect(detectHead({ ...candidates, profile }).spec).toMatchObject({ temperature: 1 });
  });
});
