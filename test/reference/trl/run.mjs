// TRL's GRPOTrainer with rewards of `llama-reward serve`: `npm run test:trl`, after `npm run build`.
//
//   node test/reference/trl/run.mjs [--python PYTHON] [--venv FOLDER]
//
// Makes a Python environment (as test/reference/weights/requirements.txt has it; `--venv` keeps it, or takes one), trains five steps of
// a tiny model on texts and five on messages, and compares: the rewards that the trainer had with those of `score` for the same
// records, and their means with what the trainer logged.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const HERE = import.meta.dirname;
const ROOT = path.resolve(HERE, "../../..");
const CLI = path.join(ROOT, "dist/cli/main.js");
const MODEL = path.join(ROOT, "test/fixtures/models/tiny-grm");
const STEPS = 5;
/** What other batches change of a reward where the weights are in 16 bits; the largest seen was 8e-6. */
const TOLERANCE = 2e-3;

const { values } = parseArgs({
  options: { python: { type: "string", default: "python3" }, venv: { type: "string" } },
});
const work = mkdtempSync(path.join(os.tmpdir(), "llama-reward-trl-"));
const server = spawn(process.execPath, [CLI, "serve", MODEL, "--port", "0", "--json", "--kv-type", "f32"], {
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const { url } = JSON.parse(String((await once(server.stdout, "data"))[0]));
  const requirements = path.join(ROOT, "test/reference/weights/requirements.txt");
  const folder = values.venv ?? path.join(work, "python");
  const venv = [path.join(ROOT, "scripts/python/venv.mjs"), requirements, folder, "--python", values.python];
  const python = execFileSync(process.execPath, venv, { encoding: "utf8" }).trim();
  const out = path.join(work, "out.json");
  const env = { ...process.env, HF_HUB_OFFLINE: "1", HF_DATASETS_OFFLINE: "1", TQDM_DISABLE: "1" };
  execFileSync(python, [path.join(HERE, "grpo.py"), url, out], {
    stdio: ["ignore", "ignore", "inherit"],
    env,
  });
  for (const [form, run] of Object.entries(JSON.parse(readFileSync(out, "utf8")))) {
    compare(form, run);
  }
} finally {
  server.kill("SIGINT");
  rmSync(work, { recursive: true, force: true });
}

/** @param {{ steps: number, change: number, logged: number[], asked: { prompts: any[], completions: any[], rewards: number[] }[] }} run */
function compare(form, { steps, change, logged, asked }) {
  assert.equal(steps, STEPS);
  assert.ok(change > 0, "training changed no weight");
  const records = asked.flatMap(({ prompts, completions }) =>
    prompts.map((prompt, index) =>
      typeof prompt === "string"
        ? { prompt, response: completions[index] }
        : { messages: [...prompt, ...completions[index]] },
    ),
  );
  const input = path.join(work, "records.jsonl");
  writeFileSync(input, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  const scored = execFileSync(process.execPath, [CLI, "score", MODEL, input, "--kv-type", "f32", "--quiet"], {
    encoding: "utf8",
  });
  const expected = scored
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).reward);
  const given = asked.flatMap(({ rewards }) => rewards);
  assert.equal(given.length, expected.length);
  const difference = Math.max(...given.map((reward, index) => Math.abs(reward - expected[index])));
  assert.ok(difference <= TOLERANCE, `rewards differ by ${difference}`);
  const means = asked.map(({ rewards }) => rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length);
  assert.deepEqual(
    logged.map((mean) => mean.toFixed(3)),
    means.map((mean) => mean.toFixed(3)),
  );
  console.log(
    `ok   ${form}: ${steps} steps, ${given.length} rewards, at most ${difference.toExponential(1)} from those of score; mean rewards ${means.map((mean) => mean.toFixed(3)).join(", ")}`,
  );
}
