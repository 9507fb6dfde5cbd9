// One change of a backbone's file, chosen by a random generator.

import {
  ARRAY,
  F32,
  numberBytes,
  parseGguf,
  serializeGguf,
  setNumber,
  setText,
  STRING,
} from "../gguf-tree.mjs";

const NUMBERS = [
  0,
  1,
  2,
  3,
  7,
  8,
  15,
  16,
  31,
  64,
  100,
  255,
  256,
  512,
  513,
  1000,
  4096,
  65_535,
  2 ** 20,
  2 ** 30,
];
const EXTREMES = [2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const FLOATS = [0, -0, 1e-30, 1e-5, 0.5, 1, -1, 2, 10_000, 500_000, 1e30, Infinity, -Infinity, NaN];
const TEXTS = ["", "llama", "gemma2", "gpt2", "bert", "yarn", "linear", "none", "\0", "a".repeat(3000)];

/** Keys of llama.cpp v0.5.0 (src/llama-arch.cpp, `LLM_KV_NAMES`) that change how a file is read or computed; % is the architecture. */
const FOREIGN_KEYS = [
  "general.alignment",
  "general.type",
  "general.name",
  "split.count",
  "split.no",
  "split.tensors.count",
  "adapter.type",
  "adapter.lora.alpha",
  "%.expert_count",
  "%.expert_used_count",
  "%.leading_dense_block_count",
  "%.use_parallel_residual",
  "%.attention.causal",
  "%.attention.sliding_window",
  "%.attention.sliding_window_pattern",
  "%.attention.key_length_swa",
  "%.attention.clamp_kqv",
  "%.attention.scale",
  "%.attention.layer_norm_epsilon",
  "%.attention.max_alibi_bias",
  "%.attention.head_count_kv",
  "%.rope.scaling.type",
  "%.rope.scaling.factor",
  "%.rope.scaling.attn_factor",
  "%.rope.scaling.original_context_length",
  "%.rope.scaling.finetuned",
  "%.rope.scale_linear",
  "%.rope.freq_base_swa",
  "%.rope.dimension_sections",
  "%.logit_scale",
  "%.embedding_scale",
  "%.residual_scale",
  "%.pooling_type",
  "%.attn_logit_softcapping",
  "%.final_logit_softcapping",
  "%.nextn_predict_layers",
  "%.embedding_length_out",
  "%.classifier.output_labels",
  "%.vocab_size",
  "tokenizer.ggml.token_type_count",
  "tokenizer.ggml.remove_extra_whitespaces",
  "tokenizer.ggml.escape_whitespaces",
  "tokenizer.ggml.add_sep_token",
  "tokenizer.ggml.add_space_prefix",
  "tokenizer.ggml.eot_token_id",
  "tokenizer.ggml.seperator_token_id",
  "tokenizer.ggml.mask_token_id",
  "tokenizer.ggml.fim_pre_token_id",
  "tokenizer.ggml.precompiled_charsmap",
  "tokenizer.ggml.normalizer.lowercase",
  "tokenizer.ggml.suppress_tokens",
];

const architectureOf = (gguf) =>
  String(gguf.entries.find(({ key }) => key === "general.architecture")?.value ?? "llama");

/** A number that is not the old one. */
function otherNumber(random, old) {
  const near = [old + 1, old - 1, old * 2, Math.floor(old / 2), -old];
  return random.pick([...near, ...NUMBERS, ...EXTREMES]);
}

const scalars = ({ entries }) => entries.filter(({ type }) => type !== STRING && type !== ARRAY);
const arrays = ({ entries }) => entries.filter(({ type }) => type === ARRAY);

/** Changes of what the header says. */
const HEADER = {
  number(gguf, random) {
    const entry = random.pick(scalars(gguf));
    const old =
      entry.type === F32
        ? entry.value.readFloatLE()
        : entry.value.readUIntLE(0, Math.min(6, entry.value.length));
    const fresh =
      entry.type === F32 ? random.pick([old * 2, old / 3, old * 1.001, ...FLOATS]) : otherNumber(random, old);
    entry.value = entry.value.length > 4 ? random.bytes(entry.value.length) : numberBytes(entry.type, fresh);
  },
  text(gguf, random) {
    const entry = random.pick(gguf.entries.filter(({ type }) => type === STRING));
    entry.value = Buffer.from(random.pick([...TEXTS, `${entry.value}x`]));
  },
  retype(gguf, random) {
    random.pick(gguf.entries).type = random.integer(14);
  },
  "key-foreign"(gguf, random) {
    const key = random.pick(FOREIGN_KEYS).replace("%", architectureOf(gguf));
    if (random.chance(0.2)) setText(gguf, key, random.pick(TEXTS));
    else setNumber(gguf, key, random.pick(NUMBERS), random.pick([4, 5, 6, 7]));
  },
  "key-drop"(gguf, random) {
    gguf.entries.splice(random.integer(gguf.entries.length), 1);
  },
  "key-twice"(gguf, random) {
    gguf.entries.push({ ...random.pick(gguf.entries) });
  },
  "key-rename"(gguf, random) {
    const entry = random.pick(gguf.entries);
    entry.key = random.pick([`${entry.key}x`, random.pick(gguf.entries).key, ""]);
  },
  "array-swap"(gguf, random) {
    const { items } = random.pick(arrays(gguf)).value;
    const [a, b] = [random.integer(items.length), random.integer(items.length)];
    [items[a], items[b]] = [items[b], items[a]];
  },
  "array-item"(gguf, random) {
    const { items } = random.pick(arrays(gguf)).value;
    const index = random.integer(items.length);
    items[index] = random.chance(0.5) ? random.bytes(items[index].length) : random.pick(items);
  },
  "array-length"(gguf, random) {
    const { items } = random.pick(arrays(gguf)).value;
    if (random.chance(0.5)) items.splice(random.integer(items.length), 1 + random.integer(3));
    else items.push(random.pick(items));
  },
  "array-type"(gguf, random) {
    random.pick(arrays(gguf)).value.itemType = random.integer(14);
  },
  "tensor-rename"(gguf, random) {
    const tensor = random.pick(gguf.tensors);
    tensor.name = random.pick([
      `${tensor.name}x`,
      "output.weight",
      "cls.weight",
      "rope_freqs.weight",
      "blk.0.attn_qkv.weight",
      "",
    ]);
  },
  "tensor-swap"(gguf, random) {
    const [a, b] = [random.pick(gguf.tensors), random.pick(gguf.tensors)];
    [a.name, b.name] = [b.name, a.name];
  },
  "tensor-shape"(gguf, random) {
    const { dims } = random.pick(gguf.tensors);
    const axis = random.integer(dims.length);
    const kind = random.integer(4);
    if (kind === 0) dims[axis] = BigInt(Math.max(0, otherNumber(random, Number(dims[axis]))));
    else if (kind === 1) dims.reverse();
    else if (kind === 2) dims.push(random.pick([1n, 2n, 0n, 2n ** 40n]));
    else dims.pop();
  },
  "tensor-type"(gguf, random) {
    random.pick(gguf.tensors).type = random.pick([random.integer(45), 2 ** 31, 0, 1, 8, 30]);
  },
  "tensor-offset"(gguf, random) {
    const tensor = random.pick(gguf.tensors);
    tensor.offset = random.pick([
      0n,
      tensor.offset + 32n,
      tensor.offset + 1n,
      random.pick(gguf.tensors).offset,
      2n ** 62n,
    ]);
  },
  "tensor-drop"(gguf, random) {
    gguf.tensors.splice(random.integer(gguf.tensors.length), 1);
  },
  "tensor-twice"(gguf, random) {
    gguf.tensors.push({ ...random.pick(gguf.tensors) });
  },
  version(gguf, random) {
    gguf.version = random.pick([0, 1, 2, 4, 2 ** 31]);
  },
  alignment(gguf, random) {
    const alignment = random.pick([1, 4, 8, 16, 64, 128, 0, 3]);
    setNumber(gguf, "general.alignment", alignment);
    if (alignment > 1 && random.chance(0.5)) gguf.alignment = alignment;
  },
};

/** Changes of the weights. */
const DATA = {
  bits(data, random) {
    for (let i = 0; i <= random.integer(8); i++) data[random.integer(data.length)] ^= 1 << random.integer(8);
  },
  special(data, random) {
    const at = random.integer(data.length >> 2) * 4;
    data.writeFloatLE(random.pick([NaN, Infinity, -Infinity, 3e38, 0]), at);
  },
  zeros(data, random) {
    const at = random.integer(data.length);
    data.fill(0, at, Math.min(data.length, at + random.integer(4096)));
  },
};

/** Changes of the file as bytes. */
const RAW = {
  "header-bits"(bytes, random, headerBytes) {
    bytes[random.integer(headerBytes)] ^= 1 << random.integer(8);
    return bytes;
  },
  counts(bytes, random) {
    random.bytes(8).copy(bytes, random.pick([8, 16]));
    return bytes;
  },
  truncated: (bytes, random) => bytes.subarray(0, random.integer(bytes.length)),
  longer: (bytes, random) => Buffer.concat([bytes, random.bytes(1 + random.integer(100))]),
};

/**
 * @param {Buffer} bytes the file
 * @returns {{ part: "header" | "data" | "file", change: string, bytes: Buffer }}
 */
export function mutateGguf(bytes, random) {
  const part = random.pick(["header", "header", "header", "header", "data", "file"]);
  if (part === "file") {
    const change = random.pick(Object.keys(RAW));
    const headerBytes = bytes.length - parseGguf(bytes).data.length;
    return { part: "header", change, bytes: RAW[change](Buffer.from(bytes), random, headerBytes) };
  }
  const gguf = parseGguf(bytes);
  const changes = part === "header" ? HEADER : DATA;
  const change = random.pick(Object.keys(changes));
  changes[change](part === "header" ? gguf : gguf.data, random);
  return { part, change, bytes: serializeGguf(gguf) };
}
