import { distanceOf } from "../accuracy/distance.js";
import { accuracySettings, type AccuracySetting } from "../accuracy/settings.js";
import { commandOf, REFERENCE, type EngineName, type EngineSetup } from "../engines/engine.js";
import { EngineProcess } from "../engines/engine-process.js";
import { prepareEngineModel, prepareInterpreters } from "../engines/prepare.js";
import { allPairs } from "../engines/real-workload.js";
import type { BenchContext } from "../run-bench.js";
import type { Conversation } from "../../lib/score/conversation/conversation.js";

/** The reference in the precision in which published models are run. */
const HALF_PRECISION: EngineName = "transformers-bfloat16";
/** Pairs for a quick look. */
const FEW_PAIRS = 30;
/** Conversations that are scored once more by themselves. */
const ALONE = 24;

/**
 * Rewards of a model with trained weights beside those of transformers in float32: every type and cache, in standard deviations of
 * the rewards, with the pairs that flip; and what becomes of a conversation that is scored alone. `--only` chooses by name.
 */
export async function measureAccuracy(context: BenchContext): Promise<void> {
  const { transformers } = await prepareInterpreters(context, ["transformers"]);
  if (transformers === undefined) throw new Error("without transformers there is no reference");
  const pairs = await allPairs();
  const conversations = (context.isQuick ? pairs.slice(0, FEW_PAIRS) : pairs).flat();
  const setup = async (type: AccuracySetting["type"]): Promise<EngineSetup> => ({
    ...(await prepareEngineModel("smollm2", type, transformers, context)),
    type,
    threads: context.threads,
    instructions: "native",
  });
  const run = async (name: EngineName, engine: EngineSetup): Promise<Rewards> =>
    scoreAll(commandOf(name, engine, { transformers }), conversations);

  context.note(`${conversations.length} conversations by transformers in float32, which takes its time`);
  const checkpoint = await setup("bf16");
  const reference = (await run(REFERENCE, checkpoint)).rewards;
  const tell = (name: string, { rewards, alone, seconds }: Rewards): void => {
    const details = {
      ...distanceOf(rewards, reference),
      ...(alone !== undefined && { aloneError: distanceOf(alone, rewards.slice(0, ALONE)).largestError }),
      pairs: conversations.length / 2,
      seconds,
    };
    const metric = "largest error in standard deviations";
    context.emit({ workload: name, metric, ours: details.largestError, shape: "smollm2", details });
  };
  const isWanted = (name: string): boolean => name.includes(context.only ?? "");
  if (isWanted(HALF_PRECISION)) tell(HALF_PRECISION, await run(HALF_PRECISION, checkpoint));
  for (const { type, name, load } of accuracySettings(context.device).filter((it) => isWanted(it.name)))
    tell(name, await run("llama-reward", { ...(await setup(type)), load, alone: ALONE }));
}

interface Rewards {
  rewards: readonly number[];
  alone?: readonly number[];
  seconds: number;
}

async function scoreAll(
  command: Parameters<typeof EngineProcess.start>[0],
  conversations: readonly Conversation[],
): Promise<Rewards> {
  const engine = await EngineProcess.start(command);
  try {
    return await engine.score(conversations);
  } finally {
    await engine.stop();
  }
}
