// Everything that a reference outside this project decides about: `npm run test:reference`, after `npm run build`.
//
//   node test/reference/run.mjs [--short] [--python PYTHON] [--dir FOLDER]
//
// Trained weights (weights/run.mjs), that those tests fail when something is broken (weights/broken.mjs), and full tokenizers. Needs the
// package registries and nothing else. What is made is removed at the end, unless `--dir` names a folder for it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { environment } from "./weights/python.mjs";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    dir: { type: "string" },
    short: { type: "boolean", default: false },
  },
});
/** Of the vocabularies one each of SentencePiece's, and of byte-level BPE with and without NFC. */
const TOKENIZERS = values.short ? ["llama2", "llama3_1", "qwen3", "gemma2"] : [];

const work = path.resolve(values.dir ?? mkdtempSync(path.join(os.tmpdir(), "llama-reward-reference-")));
const started = performance.now();
let failed = 0;
try {
  const python = environment("requirements.txt", path.join(work, "python"), values.python);
  const length = values.short ? ["--short"] : [];
  const weights = ["weights/run.mjs", "--dir", work, "--python", values.python, ...length];
  // torch takes all cores; what comes then has long stretches on one thread, here and there.
  await run(...weights, "--make");
  const tokenizers = run("tokenizers/run.mjs", "--python", python, ...TOKENIZERS);
  await run(...weights);
  await run("weights/broken.mjs", "--dir", work);
  await tokenizers;
} finally {
  if (values.dir === undefined) rmSync(work, { recursive: true, force: true });
}
console.log(`reference: ${((performance.now() - started) / 60_000).toFixed(1)} min`);
if (failed > 0) process.exitCode = 1;

async function run(script, ...args) {
  const file = path.join(import.meta.dirname, script);
  const [status] = await once(spawn(process.execPath, [file, ...args], { stdio: "inherit" }), "exit");
  if (status !== 0) failed++;
}
