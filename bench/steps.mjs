// What a beam search saves: 32 beams grow by one step at a time, all scored after every step. Once as they are, so that scored prefixes are
// remembered; once each behind a question of its own, so that every answer is computed from its first token. The model is random: the
// shape below with the tokenizer of a fixture, float32.
// Usage: node bench/steps.mjs [beams] [steps]      (after npm run build)
import { cp, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertCheckpoint } from "../dist/convert/index.js";
import { RewardModel } from "../dist/index.js";

const beams = Number(process.argv[2] ?? 32);
const depth = Number(process.argv[3] ?? 20);
const HIDDEN = 256;
const LAYERS = 6;
const INTERMEDIATE = 768;
const HEADS = 4;
const KV_HEADS = 2;
const CONTEXT = 32_768;
const fixture = join(import.meta.dirname, "..", "test", "fixtures", "steps", "qwen2.5-math-prm");

/** Uniform numbers that are the same everywhere. */
let seed = 1;
function random() {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 31 - 1;
}

function* tensors(vocabulary) {
  const kv = (HIDDEN / HEADS) * KV_HEADS;
  yield ["model.embed_tokens.weight", [vocabulary, HIDDEN]];
  for (let layer = 0; layer < LAYERS; layer++) {
    const name = `model.layers.${layer}`;
    yield [`${name}.input_layernorm.weight`, [HIDDEN]];
    yield [`${name}.post_attention_layernorm.weight`, [HIDDEN]];
    for (const [part, rows] of [
      ["q", HIDDEN],
      ["k", kv],
      ["v", kv],
    ]) {
      yield [`${name}.self_attn.${part}_proj.weight`, [rows, HIDDEN]];
      yield [`${name}.self_attn.${part}_proj.bias`, [rows]];
    }
    yield [`${name}.self_attn.o_proj.weight`, [HIDDEN, HIDDEN]];
    yield [`${name}.mlp.gate_proj.weight`, [INTERMEDIATE, HIDDEN]];
    yield [`${name}.mlp.up_proj.weight`, [INTERMEDIATE, HIDDEN]];
    yield [`${name}.mlp.down_proj.weight`, [HIDDEN, INTERMEDIATE]];
  }
  yield ["model.norm.weight", [HIDDEN]];
  yield ["score.0.weight", [HIDDEN, HIDDEN]];
  yield ["score.0.bias", [HIDDEN]];
  yield ["score.2.weight", [2, HIDDEN]];
  yield ["score.2.bias", [2]];
}

async function writeCheckpoint(directory) {
  await cp(fixture, directory, { recursive: true });
  const config = JSON.parse(await readFile(join(directory, "config.json"), "utf8"));
  Object.assign(config, {
    hidden_size: HIDDEN,
    num_hidden_layers: LAYERS,
    intermediate_size: INTERMEDIATE,
    num_attention_heads: HEADS,
    num_key_value_heads: KV_HEADS,
    max_position_embeddings: CONTEXT,
    layer_types: undefined,
  });
  await writeFile(join(directory, "config.json"), JSON.stringify(config));
  const header = {};
  const parts = [];
  let offset = 0;
  for (const [name, shape] of tensors(config.vocab_size)) {
    const count = shape.reduce((product, size) => product * size, 1);
    const isNorm = name.endsWith("norm.weight");
    const scale = shape.length > 1 ? 1.5 / Math.sqrt(shape[1]) : 0.2;
    const values = Float32Array.from({ length: count }, () => (isNorm ? 1 : 0) + scale * random());
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
    parts.push(values);
  }
  const text = JSON.stringify(header);
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const file = await open(join(directory, "model.safetensors"), "w");
  await file.write(length);
  await file.write(padded);
  for (const part of parts) await file.write(part);
  await file.close();
}

const stepOf = (beam, index) => `Beam ${beam}, step ${index}: we add ${beam * 7 + index} to it.`;
const beamOf = (beam, count) => Array.from({ length: count }, (_, index) => stepOf(beam, index));

async function timed(model, work) {
  const before = model.stats.computedTokens;
  const start = performance.now();
  const rewards = await work();
  return {
    seconds: (performance.now() - start) / 1000,
    tokens: model.stats.computedTokens - before,
    rewards,
  };
}

const folder = await mkdtemp(join(tmpdir(), "llama-reward-bench-"));
try {
  await writeCheckpoint(join(folder, "checkpoint"));
  await convertCheckpoint(join(folder, "checkpoint"), join(folder, "model"), { type: "f32" });
  const model = await RewardModel.load(join(folder, "model"), {
    device: "cpu",
    contextLength: CONTEXT,
    kvType: "f32",
    aggregate: "min",
  });
  const question = "What is the sum of all these numbers?";
  const lists = (count) => Array.from({ length: beams }, (_, beam) => beamOf(beam, count));
  const growing = await timed(model, async () => {
    let last = [];
    for (let count = 1; count <= depth; count++) last = await model.rank(question, lists(count));
    return last;
  });
  const scratch = await timed(model, async () => {
    let last = [];
    for (let count = 1; count <= depth; count++) {
      last = [];
      for (const [beam, steps] of lists(count).entries())
        last.push(await model.scoreSteps(`${count}-${beam}: ${question}`, steps));
    }
    return last;
  });
  const print = (name, { seconds, tokens }) => {
    console.log(`${name}: ${seconds.toFixed(2)} s, ${tokens} tokens computed`);
  };
  print("remembered prefixes", growing);
  print("each from scratch", scratch);
  console.log(
    `${beams} beams x ${depth} steps: ${(scratch.seconds / growing.seconds).toFixed(1)} x faster, ` +
      `${(scratch.tokens / growing.tokens).toFixed(1)} x fewer tokens`,
  );
  // The same beams at once, in a fresh model: what is remembered must be what is computed.
  await model.dispose();
  const fresh = await RewardModel.load(join(folder, "model"), {
    device: "cpu",
    contextLength: CONTEXT,
    kvType: "f32",
    aggregate: "min",
  });
  const again = await fresh.rank(question, lists(depth));
  const rewardOf = new Map(again.map(({ index, reward }) => [index, reward]));
  const off = Math.max(...growing.rewards.map(({ index, reward }) => Math.abs(reward - rewardOf.get(index))));
  console.log(`largest difference to scoring the whole beams at once: ${off.toExponential(1)}`);
  await fresh.dispose();
} finally {
  await rm(folder, { recursive: true, force: true });
}
