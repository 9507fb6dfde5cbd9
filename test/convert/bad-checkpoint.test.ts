import { readdir, rm, truncate, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { convertCheckpoint } from "../../lib/convert/index.js";
import type { TensorData } from "../../lib/formats/safetensors/safetensors-writer.js";
import { copyFixture, editConfig, editTensors, fixture, scratchFolder } from "./checkpoints.js";

const scratch = await scratchFolder();

type Damage = (directory: string) => Promise<void>;

const setBytes = (name: string, index: number, bits: number): Damage => {
  return (directory) =>
    editTensors(directory, (tensors) => {
      const { bytes } = tensors.get(name) ?? { bytes: new Uint8Array() };
      new DataView(bytes.buffer, bytes.byteOffset).setUint32(4 * index, bits, true);
    });
};

const rename =
  (from: string, to: string): Damage =>
  (directory) =>
    editTensors(directory, (tensors) => {
      const tensor = tensors.get(from) as TensorData;
      tensors.delete(from);
      tensors.set(to, { ...tensor, name: to });
    });

const config =
  (changes: Record<string, unknown>): Damage =>
  (directory) =>
    editConfig(directory, changes);

const add =
  (name: string): Damage =>
  (directory) =>
    editTensors(directory, (tensors) => {
      tensors.set(name, { name, dtype: "F32", shape: [1, 64], bytes: new Uint8Array(256).fill(1) });
    });

const remove =
  (name: string): Damage =>
  (directory) =>
    editTensors(directory, (tensors) => tensors.delete(name));

const layer = "model.layers.1";
const faults: [name: string, damage: Damage, code: string, mentions: RegExp][] = [
  [
    "no config",
    (directory) => unlink(path.join(directory, "config.json")),
    "CHECKPOINT_INVALID",
    /config.json/,
  ],
  [
    "a config that is no JSON",
    (directory) => writeFile(path.join(directory, "config.json"), "{"),
    "CHECKPOINT_INVALID",
    /config.json/,
  ],
  [
    "no weights",
    (directory) => unlink(path.join(directory, "model.safetensors")),
    "CHECKPOINT_INVALID",
    /model.safetensors/,
  ],
  [
    "truncated weights",
    (directory) => truncate(path.join(directory, "model.safetensors"), 100_000),
    "CHECKPOINT_INVALID",
    /truncated/,
  ],
  ["an unknown architecture", config({ model_type: "mamba" }), "CHECKPOINT_UNSUPPORTED", /mamba/],
  ["another activation", config({ hidden_act: "relu" }), "CHECKPOINT_UNSUPPORTED", /relu/],
  ["attention to later tokens", config({ is_causal: false }), "CHECKPOINT_UNSUPPORTED", /later/],
  // transformers 5.24 gives other hidden states for these two than for true: masking_utils.py asks for the value's truth.
  ["0 for false", config({ is_causal: 0 }), "CHECKPOINT_UNSUPPORTED", /later/],
  ["null for false", config({ is_causal: null }), "CHECKPOINT_UNSUPPORTED", /later/],
  ["a switch that is no boolean", config({ attention_bias: 1 }), "CHECKPOINT_INVALID", /attention_bias/],
  [
    "Gemma's attention to later tokens",
    config({ use_bidirectional_attention: true }),
    "CHECKPOINT_UNSUPPORTED",
    /later/,
  ],
  ["quantized weights", config({ quantization_config: { bits: 4 } }), "CHECKPOINT_UNSUPPORTED", /quantized/],
  [
    "an unknown rope scaling",
    config({ rope_scaling: { rope_type: "xpos" } }),
    "CHECKPOINT_UNSUPPORTED",
    /xpos/,
  ],
  ["a hidden size that is text", config({ hidden_size: "64" }), "CHECKPOINT_INVALID", /hidden_size/],
  [
    "more layers than there are",
    config({ num_hidden_layers: 4 }),
    "CHECKPOINT_INVALID",
    /model.layers.3.*is missing/,
  ],
  [
    "a billion layers",
    config({ num_hidden_layers: 1_000_000_000 }),
    "CHECKPOINT_INVALID",
    /num_hidden_layers is 1000000000, but/,
  ],
  [
    "heads of a billion values with Llama 3's scaling, which computes a factor for each",
    config({
      head_dim: 2_000_000_000,
      rope_scaling: {
        rope_type: "llama3",
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 8192,
      },
    }),
    "CHECKPOINT_INVALID",
    /q_proj.weight has shape/,
  ],
  [
    "a negative number of layers",
    config({ num_hidden_layers: -1 }),
    "CHECKPOINT_INVALID",
    /num_hidden_layers/,
  ],
  ["half a layer", config({ num_hidden_layers: 2.5 }), "CHECKPOINT_INVALID", /num_hidden_layers/],
  [
    "a vocabulary of 1e12",
    config({ vocab_size: 1e12 }),
    "CHECKPOINT_INVALID",
    /embed_tokens.weight has shape/,
  ],
  ["no attention heads", config({ num_attention_heads: 0 }), "CHECKPOINT_INVALID", /num_attention_heads/],
  ["fewer layers than there are", config({ num_hidden_layers: 2 }), "CHECKPOINT_INVALID", /model.layers.2/],
  [
    "another head count",
    config({ num_key_value_heads: 2 }),
    "CHECKPOINT_INVALID",
    /k_proj.weight has shape \[32, 64\], expected \[64, 64\]/,
  ],
  [
    "another vocabulary size",
    config({ vocab_size: 4000 }),
    "CHECKPOINT_INVALID",
    /embed_tokens.weight has shape \[4352, 64\]/,
  ],
  [
    "a missing tensor",
    remove(`${layer}.mlp.up_proj.weight`),
    "CHECKPOINT_INVALID",
    /layers.1.mlp.up_proj.weight \[128, 64\] is missing/,
  ],
  [
    "a tensor that belongs nowhere",
    add("model.layers.0.adapter.weight"),
    "CHECKPOINT_INVALID",
    /model.layers.0.adapter.weight/,
  ],
  [
    "NaN weights",
    setBytes(`${layer}.self_attn.q_proj.weight`, 77, 0x7fc00000),
    "CHECKPOINT_INVALID",
    /q_proj.weight has NaN or infinity at value 77/,
  ],
  [
    "infinite norms",
    setBytes("model.norm.weight", 3, 0xff800000),
    "CHECKPOINT_INVALID",
    /model.norm.weight has NaN or infinity at value 3/,
  ],
  ["no head", rename("v_head.summary.weight", "lm_head.weight"), "HEAD_INVALID", /./],
  ["two heads", add("score.weight"), "HEAD_INVALID", /2 heads/],
];

it.each(faults)(
  "%s: a typed error that names it, and nothing is written",
  async (name, damage, code, mentions) => {
    const checkpoint = await copyFixture("grm-linear-tiny", path.join(scratch, "checkpoint"));
    const outputs = path.join(scratch, "outputs");
    await damage(checkpoint);
    const error: unknown = await convertCheckpoint(checkpoint, path.join(outputs, "model")).catch(
      (caught: unknown) => caught,
    );
    await rm(checkpoint, { recursive: true });
    expect(error, name).toMatchObject({ code });
    expect((error as Error).message).toMatch(mentions);
    expect(await readdir(outputs).catch(() => [])).toEqual([]);
  },
);

it("a value beyond f16's range is an error that says which type has room", async () => {
  const checkpoint = await copyFixture("grm-linear-tiny", path.join(scratch, "large"));
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, 70000);
  await setBytes(`${layer}.mlp.down_proj.weight`, 5, view.getUint32(0))(checkpoint);
  const target = path.join(scratch, "large-model");
  await expect(convertCheckpoint(checkpoint, target, { type: "f16" })).rejects.toThrow(
    /down_proj.weight has a value at 5 .*--type bf16 or f32/,
  );
  expect((await convertCheckpoint(checkpoint, target, { type: "bf16" })).type).toBe("bf16");
});

it("an abort rejects with its reason at any moment and leaves nothing", async () => {
  const outputs = path.join(scratch, "aborted");
  const reason = new Error("changed my mind");
  await expect(
    convertCheckpoint(fixture("urm-llama3.1-tiny"), path.join(outputs, "model"), {
      signal: AbortSignal.abort(reason),
    }),
  ).rejects.toBe(reason);
  for (const steps of [1, 5, 20, 40]) {
    const controller = new AbortController();
    let calls = 0;
    const onProgress = (): void => {
      if (++calls === steps) controller.abort(reason);
    };
    await expect(
      convertCheckpoint(fixture("urm-llama3.1-tiny"), path.join(outputs, "model"), {
        signal: controller.signal,
        onProgress,
      }),
    ).rejects.toBe(reason);
    expect(await readdir(outputs)).toEqual([]);
  }
});
