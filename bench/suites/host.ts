import { startScoringHost } from "../../lib/serve/host/index.js";
import { RewardModel } from "../../lib/model/reward-model.js";
import type { Scorer } from "../../lib/score/score.js";
import { prepareBenchModel } from "../bench-model.js";
import { pairedResult, secondsOf, takeTurns, type Side } from "../rounds.js";
import type { BenchContext } from "../run-bench.js";
import { SHAPE_1B } from "../shape.js";
import { conversationsOf, randomPair } from "../text.js";
import { TINY_MODEL } from "../tiny-model.js";
import { randomTokens } from "../workload.js";
import { scoreAll } from "./eval.js";

/** Conversations of one round on the 1B, in pairs: about 1,000 tokens. */
const STREAM = { pairs: 4, lengths: { prompt: 128, answer: 64 } };
/** Calls of one round on the tiny model, one after the other. */
const CALLS = 200;
const CALL_LENGTHS = { prompt: 16, answer: 16 };

/** A model in a host process beside the same one in this process: a stream on the 1B, and many small calls. */
export async function measureHost(context: BenchContext): Promise<void> {
  const { directory } = await prepareBenchModel(SHAPE_1B, context.type, context);
  await withBoth(directory, context, async (scorers) => {
    const sides = scorers.map((scorer, index): Side => ({
      run: async (round) => {
        const random = randomTokens(2 * round + index, 2 ** 32);
        const pairs = Array.from({ length: STREAM.pairs }, () => randomPair(random, STREAM.lengths));
        const conversations = pairs.flatMap(conversationsOf);
        return conversations.length / (await secondsOf(() => scoreAll(scorer, conversations)));
      },
    }));
    const [own, theirs] = await takeTurns(sides, context, 1);
    const what = {
      workload: "host-stream",
      metric: "candidates/s",
      peer: "in-process",
      shape: SHAPE_1B.name,
    };
    context.emit(pairedResult(what, own, theirs));
  });
  await withBoth(TINY_MODEL, context, async (scorers) => {
    const sides = scorers.map((scorer, index): Side => ({
      run: async (round) => {
        const random = randomTokens(2 * round + index, 2 ** 32);
        const calls = Array.from(
          { length: CALLS },
          () => conversationsOf(randomPair(random, CALL_LENGTHS))[0],
        );
        const seconds = await secondsOf(async () => {
          for (const conversation of calls) await scorer.score(conversation);
        });
        return CALLS / seconds;
      },
    }));
    const [own, theirs] = await takeTurns(sides, context, 1);
    const what = { workload: "host-call", metric: "calls/s", peer: "in-process", shape: "tiny" };
    const result = pairedResult(what, own, theirs);
    const overheadMsPerCall = 1000 / result.ours - 1000 / result.theirs;
    context.emit({ ...result, details: { overheadMsPerCall } });
  });
}

/** The hosted model first, then the one in this process. */
async function withBoth(
  directory: string,
  { threads, device }: BenchContext,
  measure: (scorers: readonly Scorer[]) => Promise<void>,
): Promise<void> {
  const load = { threads, device };
  const hosted = await startScoringHost(directory, { load, hosts: ["child-process"] });
  try {
    const own = await RewardModel.load(directory, load);
    try {
      await measure([hosted, own]);
    } finally {
      await own.dispose();
    }
  } finally {
    await hosted.dispose();
  }
}
