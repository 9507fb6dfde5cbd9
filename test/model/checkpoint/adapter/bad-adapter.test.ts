/** Adapters that are not whole, are of another base, or are of a kind that is not merged: each is refused, saying what is wrong. */
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { convertCheckpoint } from "../../../../lib/convert/index.js";
import { KNOWN_KEYS } from "../../../../lib/model/checkpoint/adapter/adapter-keys.js";
import type { TensorData } from "../../../../lib/formats/safetensors/safetensors-writer.js";
import { copyAdapter, editAdapterConfig, makeBase } from "../../../convert/adapters.js";
import { editConfig, editTensors, scratchFolder } from "../../../convert/checkpoints.js";

const scratch = await scratchFolder();
const LLAMA = path.join(scratch, "llama");
const QWEN = path.join(scratch, "qwen");

beforeAll(async () => {
  await makeBase("skywork-llama3.1-tiny", LLAMA);
  await makeBase("skywork-qwen2-tiny", QWEN);
});

let count = 0;

/** Converts a changed copy of an adapter. */
async function convertChanged(
  change: (directory: string) => Promise<void>,
  { adapter = "lora-patterns", base = LLAMA } = {},
): Promise<unknown> {
  const directory = await copyAdapter(adapter, path.join(scratch, `adapter-${count++}`));
  await change(directory);
  return convertCheckpoint(directory, path.join(scratch, `model-${count++}`), { base, type: "f32" });
}

const edit =
  (change: (tensors: Map<string, TensorData>) => void) =>
  (directory: string): Promise<void> =>
    editTensors(directory, change, "adapter_model.safetensors");

const set =
  (changes: Readonly<Record<string, unknown>>) =>
  (directory: string): Promise<void> =>
    editAdapterConfig(directory, changes);

const Q0 = "base_model.model.model.layers.0.self_attn.q_proj";

describe("settings that make another model", () => {
  it.each<[string, unknown]>([
    ["bias", "all"],
    ["lora_bias", true],
    ["target_parameters", ["mlp.experts.down_proj"]],
    ["layer_replication", [[0, 2]]],
    ["megatron_config", { hidden_size: 4 }],
    ["alora_invocation_tokens", [1, 2]],
    ["use_qalora", true],
    ["use_bdlora", { nblocks: 2 }],
    ["arrow_config", { top_k: 2 }],
    ["kasa_config", { r: 2 }],
    ["monteclora_config", { samples: 2 }],
    ["velora_config", { rank: 2 }],
    ["init_lora_weights", "pissa_niter_4"],
    ["init_lora_weights", "olora"],
    ["init_lora_weights", "corda"],
    ["init_lora_weights", "lora_ga"],
    ["init_lora_weights", "loftq"],
    ["task_type", "TOKEN_CLS"],
    ["peft_type", "LOHA"],
    ["peft_type", "PROMPT_TUNING"],
    ["a_key_of_tomorrow", 3],
  ])("%s: %j is refused by name", async (key, value) => {
    await expect(convertChanged(set({ [key]: value }))).rejects.toMatchObject({
      code: "CHECKPOINT_UNSUPPORTED",
      message: expect.stringContaining(key === "peft_type" ? String(value) : key) as string,
    });
  });

  it("leaves alone what does not touch the merged model", async () => {
    const changes = {
      lora_dropout: 0.3,
      inference_mode: false,
      auto_mapping: { base_model_class: "X" },
      init_lora_weights: "orthogonal",
      eva_config: { rho: 2 },
      a_key_of_tomorrow: null,
    };
    await expect(convertChanged(set(changes))).resolves.toBeDefined();
  });

  it("knows every key of PEFT 0.21.2's LoraConfig", () => {
    // dataclasses.fields(peft.LoraConfig).
    const keys =
      "task_type peft_type auto_mapping peft_version base_model_name_or_path revision inference_mode r target_modules exclude_modules " +
      "lora_alpha lora_dropout fan_in_fan_out bias use_rslora modules_to_save init_lora_weights layers_to_transform layers_pattern " +
      "rank_pattern alpha_pattern megatron_config megatron_core trainable_token_indices loftq_config eva_config corda_config " +
      "lora_ga_config use_dora velora_config alora_invocation_tokens use_qalora qalora_group_size monteclora_config layer_replication " +
      "runtime_config lora_bias target_parameters use_bdlora arrow_config kasa_config ensure_weight_tying";
    expect([...KNOWN_KEYS].sort()).toEqual(keys.split(" ").sort());
  });
});

describe("patterns", () => {
  it.each(["(a+)+$", "q_proj(?=x)", "[a", "x{1,99}", "a*b*c*d*e*f*"])("%s is not read", async (pattern) => {
    await expect(convertChanged(set({ rank_pattern: { [pattern]: 2 } }))).rejects.toMatchObject({
      code: "CHECKPOINT_UNSUPPORTED",
      message: expect.stringContaining("pattern") as string,
    });
  });

  it("that PEFT read differently before are refused where the file does not say which version wrote it", async () => {
    await expect(convertChanged(set({ peft_version: null }))).rejects.toMatchObject({
      code: "CHECKPOINT_UNSUPPORTED",
      message: expect.stringContaining("PEFT 0.13") as string,
    });
  });
});

describe("adapters that are not whole or of another base", () => {
  it.each<[what: string, words: string, change: (directory: string) => Promise<void>]>([
    ["lora_B is missing", "has only lora_A", edit((tensors) => tensors.delete(`${Q0}.lora_B.weight`))],
    [
      "both halves are missing",
      "layers.0.self_attn.q_proj",
      edit((tensors) => {
        tensors.delete(`${Q0}.lora_A.weight`);
        tensors.delete(`${Q0}.lora_B.weight`);
      }),
    ],
    ["the rank is another", "the rank of", set({ r: 4 })],
    ["DoRA without magnitudes", "lora_magnitude_vector", set({ use_dora: true })],
    ["a layer that the base has not", "layers.9.", edit(rename("layers.0.", "layers.9."))],
    [
      "NaN",
      "NaN",
      edit((tensors) => {
        const { bytes } = tensors.get(`${Q0}.lora_A.weight`) as TensorData;
        bytes.set([0xc0, 0x7f], 0);
      }),
    ],
    [
      "a part that LoRA has not",
      "hada_w1_a",
      edit(rename("layers.0.self_attn.q_proj.lora_A", "layers.0.self_attn.q_proj.hada_w1_a")),
    ],
  ])("%s", async (_, words, change) => {
    await expect(convertChanged(change)).rejects.toMatchObject({
      code: expect.stringMatching(/^CHECKPOINT_(INVALID|UNSUPPORTED)$/) as string,
      message: expect.stringContaining(words) as string,
    });
  });

  it("names the shapes of another base", async () => {
    await expect(convertChanged(() => Promise.resolve(), { base: QWEN })).rejects.toMatchObject({
      code: "CHECKPOINT_INVALID",
      message: expect.stringMatching(
        /The base's model\.layers\.\d\.\S+ is \[.*trained on another base/,
      ) as string,
    });
  });

  it("has indices for its trained tokens, within the base", async () => {
    for (const indices of [null, { embed_tokens: [1, 2] }, { embed_tokens: [1_000_000] }]) {
      await expect(
        convertChanged(set({ trainable_token_indices: indices }), { adapter: "tokens", base: QWEN }),
      ).rejects.toMatchObject({ code: "CHECKPOINT_INVALID" });
    }
  });

  it("does not take a base that is quantized", async () => {
    const base = await makeBase("skywork-llama3.1-tiny", path.join(scratch, "quantized"));
    await editTensors(base, (tensors) => {
      const name = "model.layers.0.self_attn.q_proj.weight";
      const tensor = tensors.get(name) as TensorData;
      tensors.set(name, { ...tensor, dtype: "U8", bytes: tensor.bytes.slice(0, tensor.bytes.length / 2) });
    });
    await expect(convertChanged(() => Promise.resolve(), { base })).rejects.toMatchObject({
      code: "CHECKPOINT_INVALID",
      message: expect.stringContaining("quantized") as string,
    });
  });

  it("does not take a base that is an adapter itself", async () => {
    const base = await copyAdapter("trl", path.join(scratch, "adapter-as-base"));
    await expect(convertChanged(() => Promise.resolve(), { base })).rejects.toMatchObject({
      code: "CHECKPOINT_UNSUPPORTED",
    });
  });

  it("does not guess whether an adapter beside weights is merged", async () => {
    const change = async (directory: string): Promise<void> => {
      await makeBase("skywork-llama3.1-tiny", directory);
      await editConfig(directory, {});
    };
    await expect(convertChanged(change)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

function rename(from: string, to: string): (tensors: Map<string, TensorData>) => void {
  return (tensors) => {
    for (const [name, tensor] of [...tensors]) {
      if (!name.includes(from)) continue;
      tensors.delete(name);
      const renamed = name.replace(from, to);
      tensors.set(renamed, { ...tensor, name: renamed });
    }
  };
}
