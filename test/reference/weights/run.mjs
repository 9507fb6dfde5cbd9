// Rewards and token ids of trained weights beside transformers in float32, after `npm run build`.
//
//   node test/reference/weights/run.mjs [--short] [--python PYTHON] [--dir FOLDER] [--make] [--only NAME,…]
//
// Makes its own Python environments, a checkpoint for every family of heads over the trained backbone of SmolLM2, folders as TRL and two
// versions of transformers leave them, converts each, and compares. Needs the package registries and nothing else. `--dir` keeps what was
// made, and goes on with what is there; `--short` takes fewer conversations, and nothing that needs an environment of its own; `--make`
// makes the reference and compares nothing, `--only` makes the comparisons that are named.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { compareCheckpoint, compareHead, comparePreference, compareSteps } from "./compare.mjs";
import { compareDequantized } from "./dequantized.mjs";
import { comparePublished } from "./published.mjs";
import { environment, runScript } from "./python.mjs";
import { compareEval } from "./rewardbench.mjs";

const PAIRS = path.join(import.meta.dirname, "llmbar.jsonl");

/** Families of heads, each a checkpoint that `make_reference.py` writes; the first one is scored whole. */
const FAMILIES = [
  "linear-score",
  "value-head",
  "value-row",
  "gated-attributes",
  "regression-head",
  "starling",
  "two-layer-score",
  "two-labels",
  "score-with-bias",
  "open-rlhf",
  "reward-token",
  "steerlm",
  "armorm",
  "qrm",
  "logit",
];
/** Those that look at more than the end of the rendered text, or at another token. */
const OF_OTHER_STATES = ["open-rlhf", "reward-token", "armorm", "qrm"];
const STEPS = ["step-token", "step-value", "step-two-layer", "step-logit"];
/** Folders as other programs leave them, and how they are converted. */
const SAVED = {
  "trl-full": {},
  "trl-merged": {},
  "trl-lora": { base: "linear-score", type: "f32" },
  "saved-by-4.57": {},
};

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    dir: { type: "string" },
    short: { type: "boolean", default: false },
    make: { type: "boolean", default: false },
    only: { type: "string" },
  },
});
/** Pairs in all, and conversations of each family. */
const { pairs, each } = values.short ? { pairs: 24, each: 8 } : { pairs: 1000, each: 24 };
const work = path.resolve(values.dir ?? mkdtempSync(path.join(os.tmpdir(), "llama-reward-weights-")));
mkdirSync(work, { recursive: true });
const pythons = path.join(work, "python");
let passed = 0;
let failed = 0;
try {
  make("logit.json", "requirements.txt", "make_reference.py", work, PAIRS, `${pairs}`);
  if (!values.make) await compareAll();
} finally {
  if (values.dir === undefined) rmSync(work, { recursive: true, force: true });
}

async function compareAll() {
  await checkFamilies();
  for (const name of STEPS) await check(name, () => compareSteps(work, name));
  await check("pair", () => comparePreference(work, "pair"));
  await check("published", () => comparePublished(work));
  if (!values.short) await checkSaved();
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}

async function checkFamilies() {
  const states = await check("linear-score", () =>
    compareCheckpoint(work, "linear-score", values.only === undefined ? Infinity : each),
  );
  for (const family of FAMILIES.slice(1)) {
    await check(family, async () => {
      const { line } = await compareCheckpoint(work, family, each);
      if (states === undefined || OF_OTHER_STATES.includes(family)) return { line };
      return { line: `${line}; its head on all: ${(await compareHead(work, family, states)).line}` };
    });
  }
}

async function checkSaved() {
  make("trl-lora.json", "requirements.txt", "trainers.py", work);
  make("saved-by-4.57.json", "requirements-4.57.txt", "saved_by_4.57.py", work);
  for (const [name, { base, ...options }] of Object.entries(SAVED)) {
    const told = base === undefined ? options : { ...options, base: path.join(work, base) };
    await check(name, () => compareCheckpoint(work, name, each, told));
  }
  for (const type of ["q8_0", "q4_k_m"])
    await check(type, () =>
      compareDequantized(
        work,
        "linear-score",
        type,
        each,
        environment("requirements.txt", pythons, values.python),
      ),
    );
  await check("rewardbench", () =>
    compareEval(work, environment("requirements-rewardbench.txt", pythons, values.python)),
  );
}

/** Runs a script in an environment, unless its last result is there. */
function make(result, requirements, script, ...args) {
  if (existsSync(path.join(work, result))) return;
  const python = environment(requirements, pythons, values.python);
  console.log(`made by ${script} in ${runScript(python, script, ...args).toFixed(0)} s`);
}

/** One comparison; what it finds is a line. @returns the hidden states of what was scored */
async function check(name, compare) {
  if (values.only !== undefined && !values.only.split(",").includes(name)) return undefined;
  const started = performance.now();
  try {
    const { line, states } = await compare();
    passed++;
    console.log(`ok   ${name}: ${line} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    return states;
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.message}`);
    return undefined;
  } finally {
    // A model has the backbone's size, and all have the same.
    rmSync(path.join(work, "models", name), { recursive: true, force: true });
  }
}
