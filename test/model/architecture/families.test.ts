import path from "node:path";
import { expect, it } from "vitest";
import { compareBackbone } from "../../../lib/check/compare-backbone.js";
import { writeBackbone } from "../../../lib/convert/stream/write-backbone.js";
import { planBackbone, type BackbonePlan } from "../../../lib/model/architecture/backbone-plan.js";
import { Checkpoint } from "../../../lib/model/checkpoint/checkpoint.js";
import { droppingRule } from "../../../lib/score/head/dropped-tensors.js";
import { scratchFolder } from "../../convert/checkpoints.js";
import { hiddenStates } from "../../convert/hidden-states.js";
import {
  readReference,
  writeReferenceCheckpoint,
  type ReferenceModel,
} from "../../convert/reference-model.js";

const reference = await readReference("backbones");
const scratch = await scratchFolder();
const tokenizer = new Map([["tokenizer.ggml.model", { type: "string", value: "none" } as const]]);

const SHUFFLED = ["sliding_attention", "full_attention", "full_attention", "sliding_attention"];

/** Of a row's largest value. ggml's CPU code takes GELU from a half-precision table. */
const TOLERANCE = { gelu: 5e-4, other: 1e-5 };

it.each(Object.entries(reference.variants))(
  "llama.cpp gives the reference's hidden states: %s",
  async (name, model) => {
    const folder = path.join(scratch, name);
    await writeReferenceCheckpoint(folder, model);
    const checkpoint = await Checkpoint.open(folder);
    const plan = planBackbone(model.config, checkpoint.tensors);
    expect([...plan.leftover.keys()]).toEqual([]);
    const file = path.join(folder, "backbone.gguf");
    await writeBackbone({ checkpoint, plan, tokenizer, type: "f32", file });
    expect(await compareBackbone({ checkpoint, plan, tokenizer, type: "f32", file, fileName: file })).toEqual(
      [],
    );
    await checkpoint.close();

    const positions = Object.keys(model.hidden).map(Number);
    const { hiddenSize } = plan.config;
    const rows = await hiddenStates(file, reference.tokens, positions);
    const hasGelu = /^(gemma|gpt_neox)/.test(String(model.config["model_type"]));
    for (const [row, position] of positions.entries()) {
      const expected = model.hidden[String(position)] ?? [];
      const actual = rows.subarray(row * hiddenSize, (row + 1) * hiddenSize);
      const errors = expected.map((value, index) => Math.abs(value - (actual[index] ?? NaN)));
      expect(expected).toHaveLength(hiddenSize);
      const largest = Math.max(...expected.map(Math.abs));
      expect(Math.max(...errors) / largest, `position ${position}`).toBeLessThan(
        hasGelu ? TOLERANCE.gelu : TOLERANCE.other,
      );
    }
  },
);

function variant(name: string): ReferenceModel {
  const model = reference.variants[name];
  if (model === undefined) throw new Error(`no variant ${name}`);
  return model;
}

async function plan(model: Omit<ReferenceModel, "hidden">): Promise<BackbonePlan> {
  const folder = path.join(scratch, "plan");
  await writeReferenceCheckpoint(folder, model);
  const checkpoint = await Checkpoint.open(folder);
  try {
    return planBackbone(model.config, checkpoint.tensors);
  } finally {
    await checkpoint.close();
  }
}

it("the text part of a Gemma 3 that sees images is a Gemma 3", async () => {
  const text = variant("gemma3, as release 4 writes it");
  for (const prefix of ["model.language_model.", "language_model.model."]) {
    const tensors = Object.fromEntries(
      Object.entries(text.tensors).map(([name, shape]) => [prefix + name, shape]),
    );
    const seeing = await plan({
      config: {
        model_type: "gemma3",
        text_config: text.config,
        vision_config: {},
        tie_word_embeddings: true,
      },
      tensors: { ...tensors, "vision_tower.patch.weight": [4, 4] },
    });
    expect(seeing.metadata).toEqual((await plan(text)).metadata);
    expect([...seeing.leftover.keys()].map(droppingRule)).toEqual(["part that sees images"]);
  }
});

it.each([
  ["gemma3, as release 4 writes it", { query_pre_attn_scalar: 21 }, /query_pre_attn_scalar is 21/],
  ["gemma3, as release 4 writes it", { attn_logit_softcapping: 50 }, /no soft cap/],
  ["gemma3, as release 4 writes it", { sliding_window_pattern: 1 }, /layer_types/],
  [
    "gemma3, as release 4 writes it",
    { rope_scaling: { rope_type: "yarn", factor: 2 } },
    /no rope scaling yarn/,
  ],
  ["gemma3, as release 4 writes it", { use_bidirectional_attention: true }, /attend to later ones/],
  ["gemma3, as release 5 writes it", { layer_types: SHUFFLED }, /layer_types/],
  [
    "gemma3, as release 5 writes it",
    { rope_parameters: { rope_theta: 1 } },
    /full_attention and sliding_attention/,
  ],
  [
    "gemma3, as release 5 writes it",
    { rope_parameters: { sliding_attention: { rope_type: "linear", factor: 2 } } },
    /without a scaling/,
  ],
  ["internlm2, groups of two", { rope_pos_id_version: "v2pe" }, /rope_pos_id_version/],
  ["internlm2, groups of two", { bias: true }, /wqkv\.bias .* is missing/],
  ["qwen3moe", { norm_topk_prob: false }, /norm_topk_prob/],
  ["qwen3moe", { mlp_only_layers: [0] }, /no experts/],
  ["qwen3moe", { decoder_sparse_step: 2 }, /no experts/],
  ["qwen3moe", { num_experts_per_tok: 7 }, /there are 6 experts/],
  ["qwen3moe", { num_experts: 2 ** 30 }, /at most 1024 experts/],
  ["qwen3moe", { num_experts: 7 }, /mlp\.gate\.weight has shape \[6, 32\], expected \[7, 32\]/],
  ["olmo2", { attention_bias: true }, /attention_bias/],
  ["gptneox, gelu", { attention_bias: false }, /attention_bias is false/],
  ["gptneox, gelu", { hidden_act: "relu" }, /hidden_act.* is "relu"/],
])("what llama.cpp's graph has not is refused: %s with %j", async (name, changes, message) => {
  const { config, tensors } = variant(name);
  await expect(plan({ config: { ...config, ...changes }, tensors })).rejects.toThrow(message);
});
