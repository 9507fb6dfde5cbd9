// Damages a checkpoint folder as a seed decides: values of its JSON files, the header of its weights, the kinds of its files.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

const WEIGHTS = "model.safetensors";
const SHARD = "model-00001-of-00002.safetensors";
const INDEX = "model.safetensors.index.json";

/** Values that a field may hold by damage, malice or another program. */
const VALUES = [
  null,
  true,
  false,
  0,
  -1,
  1,
  2,
  3,
  1.5,
  1e9,
  1e12,
  2 ** 31,
  -(2 ** 53),
  1e308,
  1e-300,
  "",
  "1",
  "NaN",
  "llama",
  "\u0000",
  "\ud800",
  [],
  [1],
  [null],
  [0, 1e9],
  {},
  { a: 1 },
  { __float__: "NaN" },
  "x".repeat(5000),
  { __proto__: null, rope_type: "linear", factor: 2 },
];

/** Keys that some family reads and the fixture may not have. */
const CONFIG_KEYS = [
  "model_type",
  "architectures",
  "head_dim",
  "num_hidden_layers",
  "num_attention_heads",
  "num_key_value_heads",
  "hidden_size",
  "intermediate_size",
  "vocab_size",
  "max_position_embeddings",
  "rope_scaling",
  "rope_parameters",
  "rope_theta",
  "sliding_window",
  "use_sliding_window",
  "max_window_layers",
  "layer_types",
  "partial_rotary_factor",
  "attention_bias",
  "mlp_bias",
  "hidden_act",
  "hidden_activation",
  "rms_norm_eps",
  "tie_word_embeddings",
  "pad_token_id",
  "bos_token_id",
  "eos_token_id",
  "id2label",
  "query_pre_attn_scalar",
  "attn_logit_softcapping",
  "final_logit_softcapping",
  "original_max_position_embeddings",
  "is_causal",
  "value_head_prefix",
  "quantization_config",
  "torch_dtype",
  "auto_map",
  "_name_or_path",
  "step_tag_id",
];

/**
 * @param {string} directory a copy that may be damaged
 * @param {ReturnType<typeof import("./random.mjs").randomFrom>} random
 * @returns {string[]} what was done
 */
export function mutateCheckpoint(directory, random) {
  const done = [];
  for (let count = 1 + random.integer(2); count > 0; count--) {
    const name = random.pick(Object.keys(MUTATIONS));
    done.push(`${name} ${MUTATIONS[name](directory, random) ?? ""}`.trim());
  }
  return done;
}

const MUTATIONS = {
  "config key": (directory, random) =>
    editJson(directory, "config.json", (config) => {
      const key = random.pick([...CONFIG_KEYS, ...Object.keys(config)]);
      config[key] = random.pick(VALUES);
      return `${key} = ${brief(config[key])}`;
    }),
  "json node": (directory, random) => {
    const file = random.pick(jsonFiles(directory));
    if (file === undefined) return undefined;
    return `${file} ${editJson(directory, file, (value) => damageNode(value, random))}`;
  },
  "bytes of a small file": (directory, random) => {
    const file = random.pick(smallFiles(directory));
    if (file === undefined) return undefined;
    return `${file} ${editBytes(join(directory, file), random)}`;
  },
  "header node": (directory, random) => editHeader(directory, (header) => damageNode(header, random)),
  "header bytes": (directory, random) => {
    const file = weightsOf(directory);
    if (file === undefined) return undefined;
    const bytes = readFileSync(file);
    if (bytes.length < 9) return undefined;
    const end = Math.min(bytes.length, 8 + Number(bytes.readBigUInt64LE(0) & 0xffffn));
    for (let i = 1 + random.integer(4); i > 0; i--) bytes[random.integer(end)] = random.integer(256);
    writeFileSync(file, bytes);
  },
  "bytes of the weights": (directory, random) => {
    const file = weightsOf(directory);
    return file === undefined ? undefined : editBytes(file, random);
  },
  "names of tensors": (directory, random) => {
    const prefix = random.pick([
      "_orig_mod.",
      "module.",
      "model.",
      "base_model.model.",
      "pretrained_model.",
      "transformer.",
      "a.",
      "",
    ]);
    const wanted = random.pick([/./, /layers\.0/, /head|score/, /embed/, /norm/]);
    return editHeader(directory, (header) => {
      for (const [name, entry] of Object.entries(header)) {
        if (!wanted.test(name) || name === "__metadata__") continue;
        Reflect.deleteProperty(header, name);
        header[prefix + name] = entry;
      }
      return `${prefix} before ${wanted}`;
    });
  },
  "an index": (directory, random) => {
    const file = join(directory, WEIGHTS);
    if (!isFile(file)) return undefined;
    renameSync(file, join(directory, SHARD));
    const map = {};
    try {
      for (const name of Object.keys(readHeader(join(directory, SHARD)).header)) map[name] = SHARD;
    } catch {
      // A damaged file has no names to list.
    }
    const key = random.pick(["lm_head.weight", "score.bias", "x", ...Object.keys(map)]);
    if (random.chance(0.3)) Reflect.deleteProperty(map, key);
    else
      map[key] = random.pick([
        SHARD,
        "model-00002-of-00002.safetensors",
        "../x.safetensors",
        "x.bin",
        3,
        null,
      ]);
    writeFileSync(
      join(directory, INDEX),
      JSON.stringify(random.chance(0.9) ? { weight_map: map } : random.pick(VALUES)),
    );
    return `${key}`;
  },
  "kind of a file": (directory, random) => {
    const file = random.pick(readdirSync(directory));
    if (file === undefined) return undefined;
    const path = join(directory, file);
    const kind = random.pick(["folder", "empty", "missing", "pointer", "loop", "dangling", "half"]);
    const bytes = isFile(path) ? readFileSync(path) : Buffer.alloc(0);
    rmSync(path, { recursive: true });
    if (kind === "folder") mkdirSync(path);
    if (kind === "empty") writeFileSync(path, "");
    if (kind === "loop") symlinkSync(path, path);
    if (kind === "dangling") symlinkSync(join(directory, "nowhere"), path);
    if (kind === "half") writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
    if (kind === "pointer") {
      writeFileSync(
        path,
        `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d7a".repeat(16)}\nsize ${bytes.length}\n`,
      );
    }
    return `${file}: ${kind}`;
  },
  "a file beside": (directory, random) => {
    const file = random.pick([
      "value_head.safetensors",
      "value_head.bin",
      "adapter_model.safetensors",
      "added_tokens.json",
      "profile.json",
      "special_tokens_map.json",
      "chat_template.jinja",
      "tokenizer.model",
    ]);
    if (existsSync(join(directory, file))) return undefined;
    writeFileSync(
      join(directory, file),
      random.pick(["", "{}", "[]", "null", random.bytes(64), JSON.stringify(random.pick(VALUES))]),
    );
    return file;
  },
};

function isFile(path) {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

const files = (directory) => readdirSync(directory).filter((file) => isFile(join(directory, file)));
const jsonFiles = (directory) => files(directory).filter((file) => file.endsWith(".json"));
const smallFiles = (directory) => files(directory).filter((file) => !file.endsWith(".safetensors"));

function weightsOf(directory) {
  return [WEIGHTS, SHARD].map((file) => join(directory, file)).find(isFile);
}

function editJson(directory, file, change) {
  const path = join(directory, file);
  let value;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const what = change(value);
  writeFileSync(path, JSON.stringify(value));
  return what;
}

/** Replaces, removes or copies one value somewhere inside. */
function damageNode(root, random) {
  let node = root;
  const path = [];
  for (;;) {
    const keys = Object.keys(node);
    if (keys.length === 0) return path.join(".");
    const key = random.pick(keys);
    path.push(key);
    const child = node[key];
    if (typeof child === "object" && child !== null && random.chance(0.75)) {
      node = child;
      continue;
    }
    const way = random.integer(4);
    if (way === 0 && !Array.isArray(node)) Reflect.deleteProperty(node, key);
    else if (way === 0) node.splice(Number(key), 1);
    else if (way === 1) node[key] = node[random.pick(keys)];
    else if (way === 2 && typeof child === "number") node[key] = child + random.pick([-1, 1, 0.5, 1e6]);
    else node[key] = random.pick(VALUES);
    return path.slice(0, 6).join(".");
  }
}

function editBytes(path, random) {
  const bytes = readFileSync(path);
  const way = random.pick(["flip", "cut", "add", "insert"]);
  const at = random.integer(bytes.length + 1);
  if (way === "cut") writeFileSync(path, bytes.subarray(0, at));
  else if (way === "add") writeFileSync(path, Buffer.concat([bytes, random.bytes(1 + random.integer(16))]));
  else if (way === "insert")
    writeFileSync(path, Buffer.concat([bytes.subarray(0, at), random.bytes(1), bytes.subarray(at)]));
  else {
    if (at < bytes.length) bytes[at] ^= 1 << random.integer(8);
    writeFileSync(path, bytes);
  }
  return `${way} at ${at}`;
}

function readHeader(path) {
  const bytes = readFileSync(path);
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  return { header: JSON.parse(bytes.subarray(8, end)), data: bytes.subarray(end) };
}

function editHeader(directory, change) {
  const path = weightsOf(directory);
  if (path === undefined) return undefined;
  try {
    const { header, data } = readHeader(path);
    const what = change(header);
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    writeFileSync(path, Buffer.concat([length, text, data]));
    return what;
  } catch {
    return undefined;
  }
}

function brief(value) {
  return JSON.stringify(value)?.slice(0, 60);
}
