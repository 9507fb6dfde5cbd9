/**
 * A process that loads a model once, scores some conversations once, and prints what that took as a line of JSON. Nothing may have been
 * in its memory before.
 */
import "../../lib/util/small-heap.js";
import { RewardModel } from "../../lib/model/reward-model.js";
import { anonymousBytes, peakMemoryBytes } from "../memory.js";
import { secondsOf } from "../rounds.js";
import { conversationsOf, randomPair } from "../text.js";
import { randomTokens } from "../workload.js";
import type { Footprint, FootprintSetup } from "./footprint.js";

/** About 1,300 tokens. */
const PAIRS = 2;
const LENGTHS = { prompt: 256, answer: 64 };

const { modelDir, threads, prefill } = JSON.parse(process.argv[2] ?? "") as FootprintSetup;
const random = randomTokens(1, 2 ** 32);
const conversations = Array.from({ length: PAIRS }, () => randomPair(random, LENGTHS)).flatMap(
  conversationsOf,
);

const started = performance.now();
const model = await RewardModel.load(modelDir, { device: "cpu", threads, prefill });
const loadSeconds = (performance.now() - started) / 1000;
const loadedPeakBytes = peakMemoryBytes();
const scoreSeconds = await secondsOf(async () => {
  for await (const { reward } of model.scoreMany(conversations))
    if (!Number.isFinite(reward)) throw new Error("a conversation has no finite reward");
});
const footprint: Footprint = {
  loadSeconds,
  scoreSeconds,
  loadedPeakBytes,
  peakBytes: peakMemoryBytes(),
  anonymousBytes: anonymousBytes(),
};
process.stdout.write(`${JSON.stringify(footprint)}\n`);
await model.dispose();
