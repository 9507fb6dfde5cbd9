// That the reference tests fail when they should: each of these faults, put into a copy of what was built, must be found.
//
//   node test/reference/weights/broken.mjs --dir FOLDER
//
// FOLDER is that of a run of `run.mjs --dir`, whose checkpoints and rewards are used again.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const OTHER_REWARDS = /largest difference .* × std/;
const OTHER_TOKENS = /other token ids than transformers gives/;

/** What is broken: a text of a file of `dist/` and what stands there instead, the comparison that must fail, and how. */
const FAULTS = [
  {
    name: "a value head without its ReLU",
    file: "score/head/linear-stack.js",
    text: `activation: index === layers.length - 1 ? "none" : activation`,
    instead: `activation: "none"`,
    comparison: "value-head",
    fails: OTHER_REWARDS,
  },
  {
    name: "deviations and means of gated attributes mixed up",
    file: "score/head/gated-attribute-head.js",
    text: "const mean = scores[2 * index]",
    instead: "const mean = scores[index]",
    comparison: "gated-attributes",
    fails: OTHER_REWARDS,
  },
  {
    name: "another deviation of gated attributes",
    file: "score/head/gated-attribute-head.js",
    text: "exp: Math.exp",
    instead: "exp: (raw) => Math.log1p(Math.exp(raw))",
    comparison: "gated-attributes",
    fails: /logarithm of std .*largest difference/,
  },
  {
    name: "a gate without its temperature",
    file: "score/head/objective-mixture.js",
    text: "logit / this.#temperature",
    instead: "logit",
    comparison: "armorm",
    fails: OTHER_REWARDS,
  },
  {
    name: "rewards that are not normalized",
    file: "score/head/open-rlhf-head.js",
    text: "(row - mean) / std",
    instead: "row",
    comparison: "open-rlhf",
    fails: OTHER_REWARDS,
  },
  {
    name: "a step's other label",
    file: "score/head/step-head.js",
    text: "second - first",
    instead: "first - second",
    comparison: "step-token",
    fails: OTHER_REWARDS,
  },
  {
    name: "an EOS that is not put at the end",
    file: "score/template/ending.js",
    text: "[...added.split(separated), ending.token]",
    instead: "added.split(separated)",
    comparison: "open-rlhf",
    fails: OTHER_TOKENS,
  },
  {
    name: "a second BOS",
    file: "score/template/prompt-builder.js",
    text: "return { prefix, body, suffix };",
    instead: "return { prefix: [bosToken, ...prefix], body, suffix };",
    comparison: "linear-score",
    fails: OTHER_TOKENS,
  },
  {
    name: "the token before the scored one",
    file: "score/template/scored-position.js",
    text: "const last = tokens.length - 1;",
    instead: "const last = tokens.length - 2;",
    comparison: "value-head",
    fails: OTHER_REWARDS,
  },
  {
    name: "a cache in float16",
    file: "score/backbone/sizing.js",
    text: `isOnGpu ? GPU_KV_TYPE : "f32"`,
    instead: "GPU_KV_TYPE",
    comparison: "linear-score",
    fails: OTHER_REWARDS,
  },
];

const { values } = parseArgs({ options: { dir: { type: "string" } } });
if (values.dir === undefined) throw new Error("Expected --dir, the folder of a run of run.mjs.");
const work = path.resolve(values.dir);
const copy = mkdtempSync(path.join(os.tmpdir(), "llama-reward-broken-"));
let passed = 0;
let failed = 0;
try {
  makeCopy();
  const comparisons = [...new Set(FAULTS.map(({ comparison }) => comparison))];
  const { status, stdout } = compare(comparisons.join());
  tell("nothing broken", status === 0, stdout);
  for (const fault of FAULTS) check(fault);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0 || passed === 0) process.exitCode = 1;

/** The built product with these tests, of which only `dist/` is changed. */
function makeCopy() {
  cpSync(path.join(ROOT, "dist"), path.join(copy, "dist"), { recursive: true });
  for (const name of ["build", "models", "node_modules", "scripts"])
    symlinkSync(path.join(ROOT, name), path.join(copy, name), "junction");
  cpSync(path.join(ROOT, "package.json"), path.join(copy, "package.json"));
  mkdirSync(path.join(copy, "test/reference"), { recursive: true });
  cpSync(import.meta.dirname, path.join(copy, "test/reference/weights"), { recursive: true });
}

/** Breaks the copy, compares, and mends it. */
function check({ name, file, text, instead, comparison, fails }) {
  const target = path.join(copy, "dist", file);
  const sound = readFileSync(target, "utf8");
  const parts = sound.split(text);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times ${JSON.stringify(text)}`);
  writeFileSync(target, parts.join(instead));
  const { status, stdout } = compare(comparison);
  writeFileSync(target, sound);
  const line = stdout.split("\n").find((each) => each.startsWith("FAIL")) ?? stdout;
  tell(name, status === 1 && fails.test(line), line);
}

function compare(names) {
  const script = path.join(copy, "test/reference/weights/run.mjs");
  const env = { ...process.env, REFERENCE_MODELS: path.join(copy, "models-of-the-reference") };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [script, "--short", "--dir", work, "--only", names],
    { encoding: "utf8", env },
  );
  return { status, stdout: `${stdout}${stderr}`.trim() };
}

function tell(name, isRight, found) {
  if (isRight) passed++;
  else failed++;
  console.log(`${isRight ? "ok  " : "FAIL"} ${name}: ${found}`);
}
