/**
 * What best of n gains: `node bench/best-of.mjs UPSTREAM [MODEL] [N] [PROMPTS]`, after `npm run build`. UPSTREAM is an OpenAI-compatible server
 * with a small model, e.g. http://127.0.0.1:11434/v1. OpenAI's own client asks `serve`'s server for the best of N answers to prompts of
 * LLMBar; each sample's reward stands beside the best's, so that both come from the same samples.
 */
import { readFile } from "node:fs/promises";
import path from "node:path";
import OpenAI from "openai";
import { mean, sampleStandardDeviation } from "simple-statistics";
import { RewardModel } from "../dist/index.js";
import { RewardServer } from "../dist/serve/http/index.js";

const ROOT = path.join(import.meta.dirname, "..");
const [upstream, modelDir = path.join(ROOT, "examples/models/smol-grm"), n = "8", prompts = "50"] =
  process.argv.slice(2);
if (upstream === undefined) throw new Error("Expected the address of an OpenAI-compatible server.");

const lines = (await readFile(path.join(ROOT, "test/reference/weights/llmbar.jsonl"), "utf8"))
  .trim()
  .split("\n");
const rows = lines.map((line) => JSON.parse(line)).filter(({ prompt }) => prompt.length < 800);

const model = await RewardModel.load(modelDir);
const server = await RewardServer.start(model, { upstream: { url: upstream, bestOf: Number(n) } });
const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none" });
const [served] = (await client.models.list()).data;

const gains = [];
const single = [];
const best = [];
let scoringTokens = 0;
const started = performance.now();
for (const { prompt } of rows.slice(0, Number(prompts))) {
  const answer = await client.chat.completions.create({
    model: served.id,
    messages: [{ role: "user", content: prompt }],
    max_tokens: 120,
    temperature: 1,
    llama_reward: { candidates: true },
  });
  const { reward, candidates } = answer.llama_reward;
  const first = candidates.find(({ index }) => index === 0) ?? candidates.at(-1);
  best.push(reward);
  single.push(first.reward);
  gains.push(reward - first.reward);
  scoringTokens += answer.usage.completion_tokens;
}
const seconds = (performance.now() - started) / 1000;
const halfWidth = (1.96 * sampleStandardDeviation(gains)) / Math.sqrt(gains.length);
console.log(
  JSON.stringify({
    upstream: served.id,
    model: model.description.name,
    n: Number(n),
    prompts: gains.length,
    meanRewardOfOne: mean(single),
    meanRewardOfBest: mean(best),
    gain: mean(gains),
    gain95: [mean(gains) - halfWidth, mean(gains) + halfWidth],
    stdOfOne: sampleStandardDeviation(single),
    generatedTokens: scoringTokens,
    seconds,
  }),
);
await server.close();
await model.dispose();
