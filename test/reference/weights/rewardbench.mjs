// `eval pairs` beside the command `rewardbench` of PyPI, on the same pairs and the same classifier.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { converted, readJson, readLines } from "./compare.mjs";
import { compareRewards } from "./distance.mjs";

const CLI = path.resolve(import.meta.dirname, "../../../dist/cli/main.js");

/** The classifier that RewardBench's transformers can load. */
const MODEL = "saved-by-4.57";

/** Pairs that both score. */
const PAIRS = 60;

/** @throws Error the accuracy or a record's reward is another */
export async function compareEval(work, python) {
  const pairs = readLines(work, "pairs.jsonl").slice(0, PAIRS);
  const theirs = rewardBench(work, python, pairs);
  const data = path.join(work, "eval-pairs.jsonl");
  writeFileSync(data, pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
  const out = path.join(work, "eval");
  rmSync(out, { recursive: true, force: true });
  const model = await converted(work, MODEL);
  const args = ["eval", "pairs", model, "--device", "cpu", "--data", data, "--out", out, "--quiet"];
  execFileSync(process.execPath, [CLI, ...args], { stdio: "pipe" });
  const { average } = readJson(out, "summary.json");
  const records = readLines(out, "scores.jsonl");
  if (records.some(({ id }, index) => id !== pairs[index].id)) throw new Error("records in another order");
  const line = compareRewards(
    records.flatMap(({ chosen, rejected }) => [chosen.reward, rejected.reward]),
    theirs.scores,
  );
  if (Math.abs(average - theirs.accuracy) > 1e-12)
    throw new Error(`accuracy ${average}, RewardBench's ${theirs.accuracy}`);
  return { line: `accuracy ${average.toFixed(4)} of both; ${line}` };
}

/** Runs RewardBench's command on a JSON file; the Hub is not needed for that. */
function rewardBench(work, python, pairs) {
  const turns = (prompt, answer) => [
    { role: "user", content: prompt },
    { role: "assistant", content: answer },
  ];
  const data = path.join(work, "rewardbench.json");
  const records = pairs.map(({ prompt, chosen, rejected }) => ({
    chosen: turns(prompt, chosen),
    rejected: turns(prompt, rejected),
  }));
  writeFileSync(data, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  const script = path.join(import.meta.dirname, "rewardbench_on_cpu.py");
  const options = ["--model", MODEL, "--dataset", data, "--load_json", "--not_quantized"];
  const precision = ["--torch_dtype", "float32", "--max_length", "2048", "--batch_size", "4"];
  const env = { ...process.env, HF_HUB_OFFLINE: "1", WANDB_MODE: "disabled", TQDM_DISABLE: "1" };
  execFileSync(python, [script, ...options, ...precision, "--output_dir", "rewardbench/"], {
    cwd: work,
    env: { ...env, HF_HOME: path.join(work, "hub") },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const { accuracy } = readJson(work, "rewardbench", `${MODEL}.json`);
  const scores = readLines(work, "rewardbench", `${MODEL}_outputs.jsonl`).flatMap((line) => [
    line.scores_chosen,
    line.scores_rejected,
  ]);
  return { accuracy, scores };
}
