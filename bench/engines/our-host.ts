/**
 * This project as an engine of the comparison: a process that scores the conversations it reads, in the manner of
 * `bench/python/serve_lines.py`. Started with its setup as JSON. The model is loaded anew for every line, outside the clock: prefixes
 * of earlier calls stay in its cache otherwise, and the same texts would cost next to nothing.
 */
import "../../lib/util/small-heap.js";
import { createInterface } from "node:readline";
import type { Conversation } from "../../lib/score/conversation/conversation.js";
import type { EngineSetup } from "./engine.js";
import type { EngineLine } from "./engine-process.js";
import { limitLlamaCpp } from "./instructions.js";

const WARM_UP: Conversation = [
  { role: "user", content: "warm" },
  { role: "assistant", content: "up" },
];

const {
  modelDir,
  type,
  threads,
  instructions,
  load,
  alone = 0,
} = JSON.parse(process.argv[2] ?? "{}") as EngineSetup;
await limitLlamaCpp(instructions);
const { RewardModel } = await import("../../lib/model/reward-model.js");

async function score(conversations: readonly Conversation[]): Promise<EngineLine> {
  const model = await RewardModel.load(modelDir, { type, threads, ...load });
  try {
    await model.score(WARM_UP);
    const rewards: number[] = [];
    const tokens: number[] = [];
    const started = performance.now();
    for await (const { reward, tokenCount } of model.scoreMany(conversations)) {
      rewards.push(reward);
      tokens.push(tokenCount);
    }
    const seconds = (performance.now() - started) / 1000;
    return {
      seconds,
      rewards,
      tokens,
      ...(alone > 0 && { alone: await scoreAlone(conversations.slice(0, alone)) }),
    };
  } finally {
    await model.dispose();
  }
}

/** Rewards of conversations of which each is the first that a model sees. */
async function scoreAlone(conversations: readonly Conversation[]): Promise<number[]> {
  const rewards: number[] = [];
  for (const conversation of conversations) {
    const model = await RewardModel.load(modelDir, { type, threads, ...load });
    rewards.push((await model.score(conversation)).reward);
    await model.dispose();
  }
  return rewards;
}

function answer(line: EngineLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

answer({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  answer(await score(JSON.parse(line) as Conversation[]));
}
