// The example of examples/best-of-n as it is, with node-llama-cpp from npm. What is checked: both copies of llama.cpp live in one process, the
// samples differ, and the last line is the sample that the command line ranks first.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const PROMPT = "How do I boil an egg?";
const N = 2;

/** @param {{ generator: string, rewardModel: string }} options */
export function checkExample({ generator, rewardModel }) {
  mkdirSync(path.join(ROOT, "build"), { recursive: true });
  // Within the package, so that the example imports it by its name.
  const example = mkdtempSync(path.join(ROOT, "build", "best-of-n-"));
  try {
    cpSync(path.join(ROOT, "examples/best-of-n"), example, { recursive: true });
    // The version that the example names.
    const [packed] = /node-llama-cpp@[\d.]+/.exec(readFileSync(path.join(example, "README.md"), "utf8"));
    // Its platform package is the one that the project itself has.
    const quiet = ["--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
    run("npm", ["install", packed, "--prefix", example, ...quiet]);

    const script = path.join(example, "best-of-n.mjs");
    const printed = run(process.execPath, [script, generator, rewardModel, PROMPT, `${N}`]);
    console.log(printed);
    const samples = [...printed.matchAll(/^-?\d+\.\d+ (".*")$/gm)].map(([, json]) => JSON.parse(json));
    assert.equal(samples.length, N);
    assert.ok(new Set(samples).size > 1, "all samples are the same");
    assert.ok(printed.trimEnd().endsWith(samples[0].trimEnd()));
    const responses = samples.flatMap((sample) => ["--response", sample]);
    const cli = [path.join(ROOT, "dist/cli/main.js"), "rank", rewardModel, "--prompt", PROMPT];
    assert.equal(JSON.parse(run(process.execPath, [...cli, ...responses, "--json"])).best, 0);
  } finally {
    rmSync(example, { recursive: true, force: true });
  }
  console.log("ok   in-process: the example's best sample is the one that rank puts first");
}

function run(file, args) {
  return execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
