// Changes model folders in one place each and scores with them: nothing may crash, hang, fail without a code, or give another reward
// in silence. Needs a built clone.
//
//   node scripts/fuzz/mutate-model-folder.mjs [--count 10000] [--seed 1]      mutants of the seeds 1, 2, …
//   node scripts/fuzz/mutate-model-folder.mjs --only SEED --keep FOLDER       makes one again, to be looked at

import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runPool } from "./child-pool.mjs";
import { makeMutant } from "./model-folder/mutant.mjs";
import { convert } from "./product.mjs";

const CHECKPOINTS = fileURLToPath(new URL("../../test/fixtures/checkpoints/", import.meta.url));
/** One of each architecture and kind of head that differ in what their files hold. */
const MODELS = [
  ["grm-gemma2-tiny", "f32"],
  ["grm-gemma-tiny", "bf16"],
  ["skywork-qwen2-tiny", "f32"],
  ["skywork-qwen2-tiny", "q8_0"],
  ["urm-llama3.1-tiny", "f16"],
  ["grm-llama3.2-tiny", "q4_k_m"],
  ["starling-34b-tiny", "f32"],
];

/**
 * @param {{ count: number, seed: number, size?: number, root: string, onMutant?: (seed: number, outcome: object) => void }} options
 * @returns {Promise<{ counts: Map<string, number>, faults: string[] }>} outcomes by kind, and those that may not be
 */
export async function fuzzModelFolders({ count, seed, size = availableParallelism(), root, onMutant }) {
  const folders = await makeFolders(root);
  const counts = new Map();
  const faults = [];
  const cases = Array.from({ length: count }, (_, index) => ({ seed: seed + index, folders }));
  await runPool({
    worker: fileURLToPath(new URL("model-folder/worker.mjs", import.meta.url)),
    args: [root],
    cases,
    size,
    timeoutMs: 60_000,
    onOutcome(task, outcome) {
      const key = `${outcome.part ?? "?"}${outcome.isSealed ? ", consistent checksums" : ""}: ${outcome.kind}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      if (isFault(outcome)) faults.push(`seed ${task.seed}: ${JSON.stringify(outcome)}`);
      onMutant?.(task.seed, outcome);
    },
  });
  return { counts, faults };
}

/** Other weights with the right checksums are another model, and may give another reward. */
function isFault({ kind, isData, isSealed }) {
  if (kind === "same" || kind === "error") return false;
  return !(kind === "different" && isData && isSealed);
}

async function makeFolders(root) {
  const folders = [];
  for (const [name, type] of MODELS) {
    const folder = path.join(root, `${name}-${type}`);
    await convert.convertCheckpoint(path.join(CHECKPOINTS, name), folder, { type });
    folders.push(folder);
  }
  return folders;
}

async function main() {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "10000" },
      seed: { type: "string", default: "1" },
      size: { type: "string" },
      only: { type: "string" },
      keep: { type: "string" },
    },
  });
  const root = await mkdtemp(path.join(tmpdir(), "llama-reward-fuzz-"));
  try {
    if (values.only !== undefined) {
      const folders = await makeFolders(root);
      console.log(await makeMutant({ seed: Number(values.only), folders }, values.keep));
      return;
    }
    const [count, seed] = [Number(values.count), Number(values.seed)];
    let done = 0;
    const { counts, faults } = await fuzzModelFolders({
      count,
      seed,
      root,
      ...(values.size && { size: Number(values.size) }),
      onMutant() {
        if (++done % 500 === 0) console.error(`${done} of ${count}`);
      },
    });
    console.log(`${count} mutants, seeds ${seed} to ${seed + count - 1}`);
    for (const [key, number] of [...counts].sort()) console.log(`${String(number).padStart(6)}  ${key}`);
    console.log(`${faults.length} faults`);
    for (const fault of faults) console.log(fault);
    process.exitCode = faults.length === 0 ? 0 : 1;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
