// What the commands of the package print, here and emulated, side by side.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "../../native/llama-release.mjs";
import { outputOf } from "./emulator.mjs";

const CLI = "dist/cli/main.js";
const FOLDER = "build/compare";
const PROMPT = "What is 2 + 2?";
const RESPONSES = ["4", "5, I think.", "Two and two is four."];
const LIMIT_MS = 240_000;
/** llama.cpp's kernels on both sides: our own are for Linux and macOS on x64 alone. One thread sums in one order. */
const SETTINGS = ["--device", "cpu", "--prefill", "off", "--threads", "1", "--quiet"];

/** Of the model folders that lie in the clone. */
export const EXAMPLE_MODELS = ["examples/models/smol-grm", "examples/models/smol-urm"];
export const TINY_MODELS = ["test/fixtures/models/tiny-grm", "test/fixtures/models/tiny-urm"];

/** Puts the records and pairs that are scored into a clone: the tests' own, which transformers has scored. */
function writeInputs(clone) {
  const { cases } = JSON.parse(readFileSync(path.join(ROOT, "test/fixtures/examples/smol.json"), "utf8"));
  const folder = path.join(clone, FOLDER);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const lines = (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  writeFileSync(path.join(folder, "records.jsonl"), lines(cases.map(({ messages }) => ({ messages }))));
  const pairs = [];
  for (let i = 0; i + 1 < cases.length; i += 2) {
    const [prompt, chosen] = cases[i].messages;
    pairs.push({
      prompt: prompt.content,
      chosen: chosen.content,
      rejected: cases[i + 1].messages[1].content,
    });
  }
  writeFileSync(path.join(folder, "pairs.jsonl"), lines(pairs));
}

/**
 * Results of `score`, `rank` and `eval`, by what they are of.
 * @param {import("./emulator.mjs").Emulator} emulator
 * @param {string} clone
 * @param {readonly string[]} models
 * @param {readonly string[]} more options
 * @returns {Map<string, string>}
 */
export function collectOutputs(emulator, clone, models, more = []) {
  writeInputs(clone);
  const outputs = new Map();
  const options = { cwd: clone, limitMs: LIMIT_MS };
  const settings = [...SETTINGS, ...more];
  for (const model of models) {
    const run = (command, args) => outputOf(emulator, [CLI, command, ...args, ...settings], options);
    const add = (command, text) => outputs.set([command, model, ...more].join(" "), text);
    add("score", run("score", [model, `${FOLDER}/records.jsonl`]));
    const responses = RESPONSES.flatMap((text) => ["--response", text]);
    add("rank", run("rank", [model, "--prompt", PROMPT, ...responses, "--json"]));
    const out = `${FOLDER}/eval`;
    run("eval", ["pairs", model, "--data", `${FOLDER}/pairs.jsonl`, "--out", out]);
    add("eval", readFileSync(path.join(clone, out, "scores.jsonl"), "utf8"));
    rmSync(path.join(clone, out), { recursive: true, force: true });
  }
  return outputs;
}
