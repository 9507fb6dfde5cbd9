// Published rewards of JudgeBench's result files as `verify --scores` reads them.
//
//   node scripts/published/judgebench.mjs 'outputs/dataset=judgebench,…,judge_name=reward_model,judge_model=….jsonl' > published.jsonl
//
// Source of the layout: ScalerLab/JudgeBench, commit 12a499c, outputs/*,judge_name=reward_model,*.jsonl: five files of 350 pairs, all of
// one layout. A line is a pair: `question`, `response_A`, `response_B`, and `judgments`, the first of them with `judgment.scores` of A and B
// in this order (the second has them the other way round). `question` is the user's turn as it was scored (utils/judges.py). GRM and
// InternLM 2 ran in float16, Skywork in bfloat16: the scores have as many digits.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

/** The two records of a line. @throws Error the line is no pair with two rewards */
export function recordsOf(line) {
  const { pair_id: id, question, response_A: a, response_B: b, judgments } = JSON.parse(line);
  const scores = judgments?.[0]?.judgment?.scores;
  const isWhole = [question, a, b].every((text) => typeof text === "string");
  if (!isWhole || !Array.isArray(scores) || scores.length !== 2 || !scores.every(Number.isFinite))
    throw new Error(`${id ?? "a line"} is no pair with the scores of a reward model`);
  const [scoreOfA, scoreOfB] = scores;
  return [
    { id: `${id}-A`, prompt: question, response: a, reward: scoreOfA },
    { id: `${id}-B`, prompt: question, response: b, reward: scoreOfB },
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Error("Expected a result file of JudgeBench.");
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (line.trim() === "") continue;
    for (const record of recordsOf(line)) process.stdout.write(`${JSON.stringify(record)}\n`);
  }
}
