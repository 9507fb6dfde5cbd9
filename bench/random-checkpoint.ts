import { createHash } from "node:crypto";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { llama } from "../lib/model/architecture/llama.js";
import { readModelConfig } from "../lib/model/architecture/model-config.js";
import type { BackboneShape } from "./shape.js";
import { WORDS } from "./text.js";

/** Random values written over and over from changing places. Two million bfloat16 numbers. */
const POOL_BYTES = 1 << 22;
const SHARD_BYTES = 4 * 1024 ** 3;
const LAYER_NORM = /norm\.weight$/;

interface PlannedTensor {
  name: string;
  shape: readonly number[];
  sizeBytes: number;
}

/**
 * Writes a GRM checkpoint of the given shape with random bfloat16 weights, as the Hub would hold it: sharded safetensors
 * with an index, a small byte-level tokenizer, a chat template. It scores nonsense; its size and speed are those of the real
 * one.
 */
export async function writeRandomCheckpoint(
  directory: string,
  shape: BackboneShape,
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const config = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_act: "silu",
    hidden_size: shape.hiddenSize,
    intermediate_size: shape.feedForwardSize,
    max_position_embeddings: 131072,
    num_attention_heads: shape.headCount,
    num_hidden_layers: shape.layerCount,
    num_key_value_heads: shape.kvHeadCount,
    rms_norm_eps: 1e-5,
    rope_theta: 500000,
    tie_word_embeddings: true,
    torch_dtype: "bfloat16",
    vocab_size: shape.vocabSize,
  };
  const json = (name: string, value: unknown): Promise<void> =>
    writeFile(join(directory, name), JSON.stringify(value));
  await json("config.json", config);
  await json("tokenizer.json", byteTokenizer());
  await json("tokenizer_config.json", {
    bos_token: "<s>",
    eos_token: "</s>",
    chat_template:
      "{{ bos_token }}{% for m in messages %}{{ m['role'] + ': ' + m['content'] + '\\n' }}{% endfor %}",
  });
  await writeShards(directory, tensorsOf(config, shape), signal);
}

function tensorsOf(config: Readonly<Record<string, unknown>>, shape: BackboneShape): PlannedTensor[] {
  const bf16 = (name: string, dimensions: readonly number[]): PlannedTensor => ({
    name,
    shape: dimensions,
    sizeBytes: 2 * dimensions.reduce((product, size) => product * size, 1),
  });
  const backbone = [...llama.tensors(readModelConfig(config, llama))].flatMap((rule) =>
    "source" in rule ? bf16(`model.${rule.source}`, rule.shape) : [],
  );
  return [
    bf16("model.embed_tokens.weight", [shape.vocabSize, shape.hiddenSize]),
    ...backbone,
    bf16("v_head.summary.0.weight", [shape.headHiddenSize, shape.hiddenSize]),
    bf16("v_head.summary.0.bias", [shape.headHiddenSize]),
    bf16("v_head.summary.2.weight", [1, shape.headHiddenSize]),
    bf16("v_head.summary.2.bias", [1]),
  ];
}

async function writeShards(
  directory: string,
  tensors: readonly PlannedTensor[],
  signal?: AbortSignal,
): Promise<void> {
  const shards: PlannedTensor[][] = [[]];
  let bytes = 0;
  for (const tensor of tensors) {
    if (bytes > 0 && bytes + tensor.sizeBytes > SHARD_BYTES) {
      shards.push([]);
      bytes = 0;
    }
    shards.at(-1)?.push(tensor);
    bytes += tensor.sizeBytes;
  }
  const pool = randomPool();
  const count = String(shards.length).padStart(5, "0");
  const weightMap: Record<string, string> = {};
  for (const [index, shard] of shards.entries()) {
    const file = `model-${String(index + 1).padStart(5, "0")}-of-${count}.safetensors`;
    for (const { name } of shard) weightMap[name] = file;
    await writeShard(join(directory, file), shard, pool, signal);
  }
  await writeFile(
    join(directory, "model.safetensors.index.json"),
    JSON.stringify({ metadata: {}, weight_map: weightMap }),
  );
}

async function writeShard(
  path: string,
  tensors: readonly PlannedTensor[],
  pool: Buffer,
  signal?: AbortSignal,
): Promise<void> {
  let end = 0;
  const header = Object.fromEntries(
    tensors.map(({ name, shape, sizeBytes }) => {
      const begin = end;
      end += sizeBytes;
      return [name, { dtype: "BF16", shape, data_offsets: [begin, end] }];
    }),
  );
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const ones = Buffer.alloc(POOL_BYTES, Buffer.from([0x80, 0x3f]));
  const file = await open(path, "w");
  try {
    await file.write(length);
    await file.write(json);
    for (const [index, { name, sizeBytes }] of tensors.entries()) {
      const source = LAYER_NORM.test(name) ? ones : pool;
      // An odd step keeps equal tensors from holding equal bytes.
      let start = (index * 7919 * 2) % POOL_BYTES;
      for (let left = sizeBytes; left > 0; start = 0) {
        signal?.throwIfAborted();
        const part = source.subarray(start, Math.min(POOL_BYTES, start + left));
        await file.write(part);
        left -= part.length;
      }
    }
  } finally {
    await file.close();
  }
}

/** bfloat16 numbers of magnitude 0.004 to 0.06 and random sign: the scale of trained weights. The same on every machine. */
function randomPool(): Buffer {
  const pool = Buffer.alloc(POOL_BYTES);
  for (let block = 0; block < POOL_BYTES / 32; block++) {
    createHash("sha256")
      .update(String(block))
      .digest()
      .copy(pool, block * 32);
  }
  for (let i = 0; i < POOL_BYTES; i += 2) {
    const bits = pool.readUInt16LE(i);
    // Keep sign and seven mantissa bits, choose one of four exponents (2^-8 … 2^-5).
    pool.writeUInt16LE((bits & 0x807f) | ((119 + ((bits >> 8) & 3)) << 7), i);
  }
  return pool;
}

/**
 * One token per byte, in the alphabet byte-level tokenizers write bytes with (source: openai/gpt-2 `bytes_to_unicode`), and
 * one for each of `WORDS` behind a space, so that texts of them have as many characters per token as usual.
 */
function byteTokenizer(): object {
  const isPrintable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  const vocab: Record<string, number> = {};
  for (let byte = 0; byte < 256; byte++) {
    vocab[String.fromCodePoint(isPrintable(byte) ? byte : next++)] = byte;
  }
  // Words like any other: the tokenizers library numbers added tokens that are none behind the last word.
  vocab["<s>"] = 256;
  vocab["</s>"] = 257;
  const merges: string[] = [];
  let nextId = 258;
  for (const word of WORDS) {
    // The space as byte-level tokenizers write it, and one letter more with each merge.
    for (let length = 0; length < word.length; length++) {
      const start = `Ġ${word.slice(0, length)}`;
      const letter = word.charAt(length);
      if (start + letter in vocab) continue;
      merges.push(`${start} ${letter}`);
      vocab[start + letter] = nextId++;
    }
  }
  const special = (id: number, content: string): object => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  });
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    added_tokens: [special(256, "<s>"), special(257, "</s>")],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [],
      special_tokens: { "<s>": { id: "<s>", ids: [256], tokens: ["<s>"] } },
    },
    decoder: byteLevel,
    model: { type: "BPE", unk_token: null, byte_fallback: false, ignore_merges: false, vocab, merges },
  };
}
