/** Loads a vocabulary into llama.cpp through the addon, in the smallest model that can carry one. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TokenizerInfo } from "../../../lib/model/tokenizer/tokenizer-info.js";
import { loadAddon } from "../../../lib/score/native/binding.js";
import type { NativeModel } from "../../../lib/score/native/native-addon.js";
import { GGML_TYPES } from "../../../lib/formats/gguf/gguf-types.js";
import type { GgufValue } from "../../../lib/formats/gguf/gguf-value.js";
import { layOutGguf } from "../../../lib/formats/gguf/gguf-writer.js";

const HIDDEN = 32;

/** A model of one layer, all weights zero, with the tokenizer's metadata. The caller disposes of it. */
export async function loadVocabulary(info: TokenizerInfo): Promise<NativeModel> {
  const u32 = (value: number): GgufValue => ({ type: "u32", value });
  const metadata = new Map<string, GgufValue>([
    ["general.architecture", { type: "string", value: "llama" }],
    ["llama.block_count", u32(1)],
    ["llama.context_length", u32(64)],
    ["llama.embedding_length", u32(HIDDEN)],
    ["llama.feed_forward_length", u32(HIDDEN)],
    ["llama.attention.head_count", u32(1)],
    ["llama.attention.layer_norm_rms_epsilon", { type: "f32", value: 1e-5 }],
    ...info.metadata,
  ]);
  const shapes: [string, number[]][] = [
    ["token_embd.weight", [info.vocabSize, HIDDEN]],
    ["output_norm.weight", [HIDDEN]],
    ["blk.0.attn_norm.weight", [HIDDEN]],
    ["blk.0.ffn_norm.weight", [HIDDEN]],
    ...["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"].map(
      (name): [string, number[]] => [`blk.0.${name}.weight`, [HIDDEN, HIDDEN]],
    ),
  ];
  const layout = layOutGguf(
    metadata,
    shapes.map(([name, shape]) => ({ name, type: GGML_TYPES.F32, shape })),
  );
  const folder = await mkdtemp(join(tmpdir(), "llama-reward-vocabulary-"));
  const file = join(folder, "vocabulary.gguf");
  const bytes = new Uint8Array(layout.sizeBytes);
  bytes.set(layout.header);
  await writeFile(file, bytes);
  try {
    const load = loadAddon().loadModel({ path: file, gpuLayers: 0, devices: [], useMmap: false });
    return await load.result;
  } finally {
    await rm(folder, { recursive: true });
  }
}
