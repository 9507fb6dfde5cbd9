// `verify --scores` on rewards in the layout of JudgeBench's result files: those of transformers with float16's digits.
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { converted, readJson, readLines } from "./compare.mjs";

const ROOT = path.resolve(import.meta.dirname, "../../..");

/** The classifier, and a head whose rewards are those of another model. */
const [MODEL, OTHER] = ["linear-score", "value-head"];

const PAIRS = 12;

/** @throws Error `verify` does not find the model's own rewards within what bfloat16 explains, or finds another model's there */
export async function comparePublished(work) {
  const model = await converted(work, MODEL);
  const { status, rewards } = verify(model, publish(work, MODEL));
  const { max } = rewards.difference;
  const line = `${rewards.rewards} rewards, ${rewards.pairs} pairs, ${rewards.flips} flips, largest difference ${max.toPrecision(2)}`;
  if (status !== 0 || !rewards.isWithinBf16 || rewards.flips > 0) throw new Error(`refused: ${line}`);
  if (verify(model, publish(work, OTHER)).status !== 1)
    throw new Error(`${OTHER}'s rewards are taken for ${MODEL}'s`);
  return { line: `${line}; another head's rewards are refused` };
}

/** A result file as JudgeBench has it (see scripts/published/judgebench.mjs), converted. */
function publish(work, name) {
  const { rewards } = readJson(work, `${name}.json`);
  const pairs = readLines(work, "pairs.jsonl").slice(0, PAIRS);
  const lines = pairs.map(({ id, prompt, chosen, rejected }, index) => {
    const answers = [
      { text: chosen, score: halfPrecision(rewards[2 * index]) },
      { text: rejected, score: halfPrecision(rewards[2 * index + 1]) },
    ];
    const [a, b] = index % 2 === 0 ? answers : answers.toReversed();
    const judgment = (...scores) => ({
      judgment: { judge_model: name, prompt: "", response: "", scores },
      decision: scores[0] > scores[1] ? "A>B" : "B>A",
    });
    return {
      pair_id: `pair-${id}`,
      original_id: id,
      source: "llmbar",
      question: prompt,
      response_model: "none",
      response_A: a.text,
      response_B: b.text,
      label: index % 2 === 0 ? "A>B" : "B>A",
      judge_name: "reward_model",
      judgments: [judgment(a.score, b.score), judgment(b.score, a.score)],
    };
  });
  const results = path.join(work, `judgebench-${name}.jsonl`);
  writeFileSync(results, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const script = path.join(ROOT, "scripts/published/judgebench.mjs");
  const published = path.join(work, `published-${name}.jsonl`);
  writeFileSync(published, execFileSync(process.execPath, [script, results]));
  return published;
}

function verify(model, scores) {
  const args = ["verify", model, "--device", "cpu", "--scores", scores, "--json", "--quiet"];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(ROOT, "dist/cli/main.js"), ...args],
    {
      encoding: "utf8",
    },
  );
  if (stdout === "") throw new Error(stderr);
  return { status, ...JSON.parse(stdout) };
}

/** Rounded to float16's 11 bits. */
function halfPrecision(value) {
  if (value === 0) return 0;
  const step = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
  return Math.round(value / step) * step;
}
