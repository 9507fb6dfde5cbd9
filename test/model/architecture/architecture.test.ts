import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { planBackbone } from "../../../lib/model/architecture/backbone-plan.js";
import { writeBackbone } from "../../../lib/convert/stream/write-backbone.js";
import { Checkpoint } from "../../../lib/model/checkpoint/checkpoint.js";
import { hiddenStates } from "../../convert/hidden-states.js";
import { readReference, writeReferenceCheckpoint } from "../../convert/reference-model.js";

const reference = await readReference("hidden-states");
const variants = Object.entries(reference.variants);

/** ggml's CPU code takes GELU from a half-precision table, which only Gemma uses. */
const TOLERANCE = { gelu: 0.02, other: 2e-4 };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "llama-reward-architecture-"));
});
afterAll(() => rm(directory, { recursive: true }));

it.each(variants)("llama.cpp gives transformers' hidden states: %s", async (name, model) => {
  const checkpointDir = path.join(directory, name);
  await writeReferenceCheckpoint(checkpointDir, model);
  const checkpoint = await Checkpoint.open(checkpointDir);
  const plan = planBackbone(model.config, checkpoint.tensors);
  const file = path.join(checkpointDir, "backbone.gguf");
  const tokenizer = new Map([["tokenizer.ggml.model", { type: "string", value: "none" } as const]]);
  await writeBackbone({ checkpoint, plan, tokenizer, type: "f32", file });
  await checkpoint.close();

  const positions = Object.keys(model.hidden).map(Number);
  const rows = await hiddenStates(file, reference.tokens, positions);
  const hiddenSize = plan.config.hiddenSize;
  const tolerance = name.startsWith("gemma") ? TOLERANCE.gelu : TOLERANCE.other;
  for (const [row, position] of positions.entries()) {
    const expected = model.hidden[String(position)] ?? [];
    const actual = rows.subarray(row * hiddenSize, (row + 1) * hiddenSize);
    const errors = expected.map((value, index) => Math.abs(value - (actual[index] ?? NaN)));
    expect(expected).toHaveLength(hiddenSize);
    expect(Math.max(...errors), `position ${position}`).toBeLessThan(tolerance);
  }
});

/** Defaults of transformers 5.24's configuration classes. */
it.each([
  ["llama, linear scaling", 2048],
  ["mistral", 131072],
  ["qwen2, yarn", 32768],
  ["qwen3, large heads", 32768],
  ["gemma", 8192],
  ["gemma2, another attention scale", 8192],
  ["phi3", 4096],
])("%s without max_position_embeddings is made for %i tokens", async (name, expected) => {
  const model = reference.variants[name];
  if (model === undefined) throw new Error(`no variant ${name}`);
  const checkpointDir = path.join(directory, "positions");
  await writeReferenceCheckpoint(checkpointDir, model);
  const checkpoint = await Checkpoint.open(checkpointDir);
  const config = { ...model.config };
  Reflect.deleteProperty(config, "max_position_embeddings");
  expect(planBackbone(config, checkpoint.tensors).config.maxPositions).toBe(expected);
  await checkpoint.close();
});

/** Defaults of transformers 5.18: MistralConfig, Phi3Config. */
it.each([
  ["mistral", "sliding_window", undefined, { contextLength: 4096 }],
  ["mistral", "sliding_window", null, { contextLength: 8192 }],
  ["phi3", "rms_norm_eps", undefined, { config: { normEps: 1e-5 } }],
  [
    "phi3, longrope, partial rotation",
    "original_max_position_embeddings",
    undefined,
    {
      contextLength: 4096,
      config: { rope: { scaling: { attentionFactor: Math.sqrt(1 + Math.log(2) / Math.log(4096)) } } },
    },
  ],
])("%s without %s (%s) is what its configuration class makes of it", async (name, key, value, expected) => {
  const model = reference.variants[name];
  if (model === undefined) throw new Error(`no variant ${name}`);
  const checkpointDir = path.join(directory, "defaults");
  await writeReferenceCheckpoint(checkpointDir, model);
  const checkpoint = await Checkpoint.open(checkpointDir);
  const config: Record<string, unknown> = { ...model.config, max_position_embeddings: 8192, [key]: value };
  if (value === undefined) Reflect.deleteProperty(config, key);
  expect(planBackbone(config, checkpoint.tensors)).toMatchObject(expected);
  await checkpoint.close();
});
