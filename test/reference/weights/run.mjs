// Rewards and token ids of trained weights beside transformers in float32: `npm run test:reference`, after `npm run build`.
//
//   node test/reference/weights/run.mjs [--python PYTHON] [--dir FOLDER] [--pairs N]
//
// Makes its own Python environments, a checkpoint for every family of heads over the trained backbone of SmolLM2, folders as TRL and two
// versions of transformers leave them, converts each, and compares. Needs the package registries and nothing else. `--dir` keeps what was
// made, and goes on with what is there; `--pairs` takes fewer of LLMBar's pairs.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { compareCheckpoint, compareHead, WITHOUT_GATE_ON_PROMPT } from "./compare.mjs";

const HERE = import.meta.dirname;
const ROOT = path.resolve(HERE, "../../..");
const PAIRS = path.join(HERE, "llmbar.jsonl");

/** Families of heads, each a checkpoint that `make_reference.py` writes; the first one is scored whole. */
const FAMILIES = [
  "linear-score",
  "value-head",
  "gated-attributes",
  "regression-head",
  "starling",
  "two-layer-score",
  "steerlm",
  "armorm",
  "qrm",
  "logit",
];
/** Folders as other programs leave them. */
const SAVED = ["trl-full", "trl-lora", "saved-by-4.57"];

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    dir: { type: "string" },
    pairs: { type: "string", default: "1000" },
  },
});
const work = values.dir ?? mkdtempSync(path.join(os.tmpdir(), "llama-reward-weights-"));
mkdirSync(work, { recursive: true });
let passed = 0;
let failed = 0;
try {
  const python = environment("requirements.txt");
  const python457 = environment("requirements-4.57.txt");
  make("logit.json", python, "make_reference.py", work, PAIRS, values.pairs);
  make("trl-lora.json", python, "trainers.py", work);
  make("saved-by-4.57.json", python457, "saved_by_4.57.py", work);

  const states = await check("linear-score, all conversations", () =>
    compareCheckpoint(work, "linear-score", Infinity),
  );
  for (const family of FAMILIES.slice(1)) {
    await check(family, () => compareCheckpoint(work, family, 24));
    if (states !== undefined && WITHOUT_GATE_ON_PROMPT.includes(family))
      await check(`${family}, its head on all conversations`, () => compareHead(work, family, states));
  }
  for (const name of SAVED) await check(name, () => compareCheckpoint(work, name, 24));
} finally {
  if (values.dir === undefined) rmSync(work, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;

/** A Python with a list of packages; see `scripts/python/venv.mjs`. */
function environment(requirements) {
  const script = path.join(ROOT, "scripts/python/venv.mjs");
  const folder = values.dir === undefined ? path.join(work, "python") : path.join(values.dir, "python");
  const args = [script, path.join(HERE, requirements), folder, "--python", values.python];
  return execFileSync(process.execPath, args, { encoding: "utf8" }).trim();
}

/** Runs one of the scripts beside this one, unless its last result is there. */
function make(result, python, script, ...args) {
  if (existsSync(path.join(work, result))) return;
  const env = { ...process.env, HF_HUB_OFFLINE: "1", HF_DATASETS_OFFLINE: "1", TQDM_DISABLE: "1" };
  const started = performance.now();
  execFileSync(python, [path.join(HERE, script), ...args], { stdio: ["ignore", "ignore", "pipe"], env });
  console.log(`made by ${script} in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

/** One comparison; what it finds is a line. */
async function check(name, compare) {
  try {
    const { line, ...result } = await compare();
    passed++;
    console.log(`ok   ${name}: ${line}`);
    return result.states;
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.message}`);
    return undefined;
  }
}
