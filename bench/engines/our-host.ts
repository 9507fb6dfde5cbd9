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

const { modelDir, type, threads, instructions, prefill } = JSON.parse(
  process.argv[2] ?? "{}",
) as EngineSetup & {
  prefill: "auto" | "off";
};
await limitLlamaCpp(instructions);
const { RewardModel } = await import("../../lib/model/reward-model.js");

async function score(conversations: readonly Conversation[]): Promise<EngineLine> {
  const model = await RewardModel.load(modelDir, { type, device: "cpu", threads, prefill });
  try {
    await model.score(WARM_UP);
    const rewards: number[] = [];
    const tokens: number[] = [];
    const started = performance.now();
    for await (const { reward, tokenCount } of model.scoreMany(conversations)) {
      rewards.push(reward);
      tokens.push(tokenCount);
    }
    return { seconds: (performance.now() - started) / 1000, rewards, tokens };
  } finally {
    await model.dispose();
  }
}

function answer(line: EngineLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

answer({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  answer(await score(JSON.parse(line) as Conversation[]));
}
