// What the commands of the package print, here and emulated, side by side.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import { ROOT } from "../../native/llama-release.mjs";
import { outputOf } from "./emulator.mjs";

/** In a clone. */
export const CLI = "dist/cli/main.js";
const FOLDER = "build/compare";
const PROMPT = "What is 2 + 2?";
const RESPONSES = ["4", "5, I think.", "Two and two is four."];
const LIMIT_MS = 240_000;
const SETTINGS = ["--device", "cpu", "--threads", "1", "--quiet"];

/** Of the model folders that lie in the clone. */
export const EXAMPLE_MODELS = ["examples/models/smol-grm", "examples/models/smol-urm"];
export const TINY_MODELS = ["test/fixtures/models/tiny-grm", "test/fixtures/models/tiny-urm"];

/** Puts the records and pairs that are scored into a clone: the tests' own, which transformers has scored. */
function writeInputs(clone, pairCount) {
  const golden = JSON.parse(readFileSync(path.join(ROOT, "test/fixtures/examples/smol.json"), "utf8"));
  const cases = golden.cases.slice(0, 2 * pairCount);
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

/** @type {Readonly<Record<string, (model: string, run: (args: string[]) => string, clone: string) => string>>} */
const COMMANDS = {
  score: (model, run) => run(["score", model, `${FOLDER}/records.jsonl`]),
  rank: (model, run) => {
    const responses = RESPONSES.flatMap((text) => ["--response", text]);
    return run(["rank", model, "--prompt", PROMPT, ...responses, "--json"]);
  },
  eval: (model, run, clone) => {
    const out = `${FOLDER}/eval`;
    rmSync(path.join(clone, out), { recursive: true, force: true });
    run(["eval", "pairs", model, "--data", `${FOLDER}/pairs.jsonl`, "--out", out]);
    return readFileSync(path.join(clone, out, "scores.jsonl"), "utf8");
  },
};

/**
 * What commands give, by command and model.
 * @param {import("./emulator.mjs").Emulator} emulator
 * @param {string} clone
 * @param {object} what
 * @param {readonly string[]} what.models
 * @param {readonly string[]} what.options of the commands
 * @param {readonly string[]} [what.commands] all by default
 * @param {number} [what.pairCount] of the 23 pairs that are scored
 * @returns {Map<string, string>}
 */
export function collectOutputs(emulator, clone, { models, options, commands, pairCount = Infinity }) {
  writeInputs(clone, pairCount);
  const run = (args) =>
    outputOf(emulator, [CLI, ...args, ...SETTINGS, ...options], { cwd: clone, limitMs: LIMIT_MS });
  const outputs = new Map();
  for (const model of models)
    for (const command of commands ?? Object.keys(COMMANDS))
      outputs.set(`${command} ${model}`, COMMANDS[command](model, run, clone));
  return outputs;
}
