import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { RewardServer } from "../../lib/serve/http/index.js";
import { RewardModel } from "../../lib/model/reward-model.js";
import { allowRoomyHeap } from "../../lib/util/small-heap.js";
import type { Conversation } from "../../lib/score/conversation/conversation.js";
import { prepareBenchModel } from "../bench-model.js";
import type { ClientsReply, ClientsRequest } from "../http-clients.js";
import { pairedResult, secondsOf, takeTurns } from "../rounds.js";
import type { BenchContext } from "../run-bench.js";
import { quantile, shareOut, type Shared } from "../share-out.js";
import { SHAPE_1B_4_LAYERS } from "../shape.js";
import { conversationsOf, randomPair, type PairLengths, type TextPair } from "../text.js";
import { TINY_MODEL } from "../tiny-model.js";
import { randomTokens } from "../workload.js";
import { scoreAll } from "./eval.js";

/** Clients, each with one record at a time. */
const CLIENTS = 64;
/** Records of one round. */
const TINY: Load = { records: 3_000, lengths: { prompt: 12, answer: 12 } };
const LARGE: Load = { records: 256, lengths: { prompt: 48, answer: 48 } };
const QUICK: Load = { records: 128, lengths: { prompt: 16, answer: 24 } };
/** Records of the request that small ones come beside, and how many of these. */
const WHOLE = 3_000;
const SMALL = 20;

interface Load {
  records: number;
  lengths: PairLengths;
}

/**
 * Many clients with one record a request, in this process and over HTTP, beside `scoreMany` of the same records; and how long a small
 * request waits beside one of 3,000 records, in batches.
 */
export async function measureClients(context: BenchContext): Promise<void> {
  const isWanted = (name: string): boolean => name.includes(context.only ?? "");
  if (isWanted("tiny")) await measureModel("tiny", TINY_MODEL, TINY, { ...context, threads: 1 });
  const { name } = SHAPE_1B_4_LAYERS;
  if (!isWanted(name)) return;
  const { directory } = await prepareBenchModel(SHAPE_1B_4_LAYERS, context.type, context);
  await measureModel(name, directory, context.isQuick ? QUICK : LARGE, context);
}

/** Whether a batch takes long beside everything else that a call goes through: what a call waits for can be counted in batches. */
const isSlow = (shape: string): boolean => shape !== "tiny";

async function measureModel(
  shape: string,
  directory: string,
  load: Load,
  context: BenchContext,
): Promise<void> {
  const { threads, device, emit } = context;
  // As `serve` has it.
  allowRoomyHeap();
  const model = await RewardModel.load(directory, { threads, device });
  const server = await RewardServer.start(model, { maxRequests: 2 * CLIENTS });
  const clients = new HttpClients(`${server.url}/score`);
  const latencies: Record<"calls" | "requests", number[]> = { calls: [], requests: [] };
  const rate = (side: keyof typeof latencies, { seconds, latenciesMs }: Shared, round: number): number => {
    if (round > 0) latencies[side].push(...latenciesMs);
    return load.records / seconds;
  };
  try {
    const sides = [
      {
        run: async (round: number) => {
          const calls = drawPairs(load, round).map((pair) => conversationsOf(pair)[0]);
          const score = async (conversation: Conversation): Promise<void> => {
            await model.score(conversation);
          };
          return rate("calls", await shareOut(calls, CLIENTS, score), round);
        },
      },
      {
        run: async (round: number) => {
          const records = drawPairs(load, round).map(({ prompt, chosen }) => ({ prompt, response: chosen }));
          return rate("requests", await clients.send(records), round);
        },
      },
      {
        run: async (round: number) => {
          const conversations = drawPairs(load, round).map((pair) => conversationsOf(pair)[0]);
          return load.records / (await secondsOf(() => scoreAll(model, conversations)));
        },
      },
    ];
    const [calls, requests, stream] = await takeTurns(sides, context, 1);
    const what = { peer: "scoreMany", shape };
    emit({
      ...pairedResult({ workload: "64-callers", metric: "calls/s", ...what }, calls, stream),
      details: spread(latencies.calls),
    });
    emit({
      ...pairedResult({ workload: "64-clients", metric: "requests/s", ...what }, requests, stream),
      details: spread(latencies.requests),
    });
    if (isSlow(shape))
      emit({ workload: "beside-3000", metric: "batches waited", shape, ...(await waitBeside(model, load)) });
  } finally {
    await clients.end();
    await server.close();
    await model.dispose();
  }
}

/** Small calls beside a large one, until enough of them are answered or the large one is. */
async function waitBeside(
  model: RewardModel,
  { lengths }: Load,
): Promise<{ ours: number; details: Record<string, number> }> {
  const large = new AbortController();
  const whole = drawPairs({ records: WHOLE, lengths }, 1_000).map((pair) => conversationsOf(pair)[0]);
  const state = { isRunning: true };
  const running = scoreAll(model, whole, large.signal)
    .catch((error: unknown) => {
      if (!large.signal.aborted) throw error;
    })
    .finally(() => {
      state.isRunning = false;
    });
  const waited: number[] = [];
  const latenciesMs: number[] = [];
  for (const pair of drawPairs({ records: SMALL, lengths }, 1_001)) {
    const [conversation] = conversationsOf(pair);
    const { batches } = model.stats;
    const before = performance.now();
    await model.score(conversation);
    if (!state.isRunning) break;
    // Its own batch does not count.
    waited.push(model.stats.batches - batches - 1);
    latenciesMs.push(performance.now() - before);
  }
  large.abort();
  await running;
  return { ours: Math.max(...waited), details: { smallCalls: waited.length, ...spread(latenciesMs) } };
}

/** The thread that sends requests. */
class HttpClients {
  readonly #worker = new Worker(new URL("../http-clients.js", import.meta.url));
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async send(records: readonly unknown[]): Promise<Shared> {
    this.#worker.postMessage({ url: this.#url, clients: CLIENTS, records } satisfies ClientsRequest);
    const [reply] = (await once(this.#worker, "message")) as [ClientsReply];
    if (reply.failure !== undefined) throw new Error(reply.failure);
    return reply;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

function spread(latenciesMs: readonly number[]): Record<string, number> {
  return { p50Ms: quantile(latenciesMs, 0.5), p99Ms: quantile(latenciesMs, 0.99) };
}

function drawPairs({ records, lengths }: Load, seed: number): TextPair[] {
  const random = randomTokens(seed, 2 ** 32);
  return Array.from({ length: records }, () => randomPair(random, lengths));
}
