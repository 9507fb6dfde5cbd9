import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runEval } from "../../lib/eval/index.js";
import { RewardModel } from "../../lib/model/reward-model.js";
import type { Conversation } from "../../lib/score/conversation/conversation.js";
import type { Scorer } from "../../lib/score/score.js";
import { prepareBenchModel } from "../bench-model.js";
import { pairedResult, secondsOf, takeTurns } from "../rounds.js";
import type { BenchContext } from "../run-bench.js";
import { SHAPE_1B_4_LAYERS } from "../shape.js";
import { conversationsOf, randomPair, type TextPair } from "../text.js";
import { randomTokens } from "../workload.js";

/** Pairs of one round: about 15,000 tokens, so that what `eval` does once per run counts for little, as in real runs. */
const PAIRS = 100;
const QUICK_PAIRS = 10;
const LENGTHS = { prompt: 64, answer: 32 };

/**
 * `eval`, from the data file to the report, beside `scoreMany` on as many conversations of the same lengths. The texts are
 * new for each side and round: neither finds anything in the prefix cache.
 */
export async function measureEval(context: BenchContext): Promise<void> {
  const shape = SHAPE_1B_4_LAYERS;
  const count = context.isQuick ? QUICK_PAIRS : PAIRS;
  const { directory } = await prepareBenchModel(shape, context.type, context);
  const folder = await mkdtemp(join(tmpdir(), "llama-reward-eval-"));
  const scorer = await RewardModel.load(directory, { threads: context.threads, device: context.device });
  try {
    const sides = [
      {
        run: async (round: number) => {
          const data = join(folder, `pairs-${round}.jsonl`);
          await writeFile(
            data,
            drawPairs(count, 2 * round)
              .map((pair) => `${JSON.stringify(pair)}\n`)
              .join(""),
          );
          const out = join(folder, `run-${round}`);
          return count / (await secondsOf(() => runEval({ benchmark: "pairs", data, out, scorer })));
        },
      },
      {
        run: async (round: number) => {
          const conversations = drawPairs(count, 2 * round + 1).flatMap(conversationsOf);
          return count / (await secondsOf(() => scoreAll(scorer, conversations)));
        },
      },
    ];
    const [own, theirs] = await takeTurns(sides, context, 1);
    const what = { workload: "eval", metric: "pairs/s", peer: "scoreMany", shape: shape.name };
    context.emit(pairedResult(what, own, theirs));
  } finally {
    await scorer.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Scores a stream and checks that every conversation got a reward. */
export async function scoreAll(
  scorer: Scorer,
  conversations: readonly Conversation[],
  signal?: AbortSignal,
): Promise<void> {
  let count = 0;
  for await (const { reward } of scorer.scoreMany(conversations, { signal }))
    if (Number.isFinite(reward)) count++;
  if (count !== conversations.length) throw new Error("a conversation has no finite reward");
}

function drawPairs(count: number, seed: number): TextPair[] {
  const random = randomTokens(seed, 2 ** 32);
  return Array.from({ length: count }, () => randomPair(random, LENGTHS));
}
