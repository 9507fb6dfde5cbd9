/**
 * Child process that scores one long stream and measures what it costs beside the backbone. A process of its own per
 * stream, because memory that an earlier one took would count. Started with a `StreamRequest` as JSON.
 */
import "../lib/util/small-heap.js";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";
import type { Conversation } from "../lib/score/conversation/conversation.js";
import { scoreStream } from "../lib/score/pipeline/score-stream.js";
import { peakMemoryBytes, resetPeakMemory } from "./memory.js";
import type { StreamReply, StreamRequest } from "./stream-run.js";
import { conversationsOf, randomPair, type PairLengths } from "./text.js";
import { loadTimedPipeline } from "./timed-pipeline.js";
import { randomTokens } from "./workload.js";

/** How finely the event loop's delay is sampled; the histogram counts this much as delay. */
const RESOLUTION_MS = 1;
/** Scored before anything is measured: code is compiled, the cache is in use. */
const WARM_UP_PAIRS = 8;

async function main(): Promise<void> {
  const request = JSON.parse(process.argv[2] ?? "") as StreamRequest;
  process.send?.(await measure(request));
  process.disconnect();
}

async function measure({ modelDir, threads, device, records, lengths }: StreamRequest): Promise<StreamReply> {
  const timed = await loadTimedPipeline(modelDir, { threads, device });
  const { pipeline, busy } = timed;
  const warmUp = scoreStream(pipeline, conversations(2 * WARM_UP_PAIRS, lengths, 0), {});
  for await (const { error } of warmUp) if (error !== undefined) throw error;
  busy.reset();
  resetPeakMemory();
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const before = performance.eventLoopUtilization();
  const started = performance.now();
  delay.enable();
  let tokens = 0;
  for await (const { score, error } of scoreStream(pipeline, conversations(records, lengths, 1), {})) {
    if (error !== undefined) throw error;
    tokens += score.tokenCount;
  }
  delay.disable();
  const seconds = (performance.now() - started) / 1000;
  const loopSeconds = performance.eventLoopUtilization(before).active / 1000;
  const { tokenize, decode, head } = busy.seconds;
  await timed.dispose();
  return {
    seconds,
    details: {
      peakBytes: peakMemoryBytes(),
      tokens,
      eventLoopShare: loopSeconds / seconds,
      tokenizeShare: tokenize / seconds,
      headShare: head / seconds,
      besideShare: (loopSeconds + tokenize + head) / seconds,
      idleShare: 1 - decode / seconds,
      delayP99Ms: delay.percentile(99) / 1e6 - RESOLUTION_MS,
      delayMaxMs: delay.max / 1e6 - RESOLUTION_MS,
    },
  };
}

/** Every one different, in pairs that share a prompt; made when they are asked for. */
function* conversations(count: number, lengths: PairLengths, seed: number): Generator<Conversation> {
  const random = randomTokens(seed, 2 ** 32);
  for (let index = 0; index < count; index += 2) {
    yield* conversationsOf(randomPair(random, lengths)).slice(0, count - index);
  }
}

if (isMainThread && process.send !== undefined) await main();
