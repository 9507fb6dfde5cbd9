// `eval pairs` beside the `rewardbench` command, on the same pairs and the same classifier.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { compareRewards, converted, readJson } from "./compare.mjs";

const CLI = path.resolve(import.meta.dirname, "../../../dist/cli/main.js");

/** The classifier that RewardBench's transformers can load. */
const MODEL = "saved-by-4.57";

/** Pairs that both score: RewardBench's command pads batches in transformers, so each takes it its time. */
const PAIRS = 40;

/** @throws Error accuracy or a record's score is another */
export async function compareEval(work, python) {
  const rows = readFileSync(path.join(work, "pairs.jsonl"), "utf8").trimEnd().split("\n").slice(0, PAIRS);
  const pairs = rows.map((row) => JSON.parse(row));
  const theirs = rewardBench(work, python, pairs);

  const data = path.join(work, "eval-pairs.jsonl");
  writeFileSync(data, rows.map((row) => `${row}\n`).join(""));
  const out = path.join(work, "eval");
  rmSync(out, { recursive: true, force: true });
  const model = await converted(work, MODEL);
  execFileSync(process.execPath, [CLI, "eval", "pairs", model, "--data", data, "--out", out, "--quiet"]);
  const { average } = readJson(out, "summary.json");
  const lines = readFileSync(path.join(out, "scores.jsonl"), "utf8").trimEnd().split("\n");
  const ours = lines.map((line) => JSON.parse(line));

  const line = compareRewards(
    ours.flatMap(({ chosen, rejected }) => [chosen.reward, rejected.reward]),
    theirs.scores,
  );
  if (Math.abs(average - 100 * theirs.accuracy) > 1e-9 && Math.abs(average - theirs.accuracy) > 1e-9)
    throw new Error(`accuracy ${average}, RewardBench's ${theirs.accuracy}`);
  return { line: `accuracy ${average} of both; ${line}` };
}

/** Runs RewardBench's command on a JSON file; the Hub is not needed for that, nor is quantization. */
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
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const outputs = path.join(work, "rewardbench", `${MODEL}_outputs.jsonl`);
  const lines = readFileSync(outputs, "utf8").trimEnd().split("\n");
  const scores = lines.flatMap((line) => {
    const { scores_chosen: chosen, scores_rejected: rejected } = JSON.parse(line);
    return [chosen, rejected].map((value) => (Array.isArray(value) ? value[0] : value));
  });
  return { accuracy: readJson(work, "rewardbench", `${MODEL}.json`).accuracy, scores };
}
