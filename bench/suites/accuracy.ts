import { distanceOf } from "../accuracy/distance.js";
import { accuracySettings, type AccuracySetting } from "../accuracy/settings.js";
import { commandOf, REFERENCE, type EngineName, type EngineSetup } from "../engines/engine.js";
import { EngineProcess } from "../engines/engine-process.js";
import { prepareEngineModel, prepareInterpreters } from "../engines/prepare.js";
import { allPairs } from "../engines/real-workload.js";
import type { BenchContext } from "../run-bench.js";
import type { Conversation } from "../../lib/score/conversation/conversation.js";

/** Others in the precision in which published models are run. */
const HALF_PRECISION: readonly EngineName[] = ["transformers-bfloat16", "vllm-bfloat16"];
/** Pairs for a quick look. */
const FEW_PAIRS = 30;
/** Conversations that are scored once more by themselves. */
const ALONE = 24;

/**
 * Rewards of a model with trained weights beside those of transformers in float32: every type and cache, in standard deviations of
 * the rewards, with the pairs that flip; and what becomes of a conversation that is scored alone. `--only` chooses by parts of names
 * with `|` between them.
 */
export async function measureAccuracy(context: BenchContext): Promise<void> {
  const isWanted = (name: string): boolean =>
    (context.only ?? "").split("|").some((part) => name.includes(part));
  const others = HALF_PRECISION.filter(isWanted);
  const hasVllm = others.some((name) => name.startsWith("vllm"));
  const interpreters = await prepareInterpreters(context, [
    "transformers",
    ...(hasVllm ? (["vllm"] as const) : []),
  ]);
  const { transformers } = interpreters;
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
    scoreAll(commandOf(name, engine, interpreters), conversations);

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
  for (const name of others) {
    if (name.startsWith("vllm") && interpreters.vllm === undefined) continue;
    tell(name, await run(name, checkpoint));
  }
  for (const { type, name, load, instructions } of accuracySettings(context.device)) {
    if (!isWanted(name)) continue;
    const engine = { ...(await setup(type)), load, alone: ALONE, ...(instructions && { instructions }) };
    tell(name, await run("llama-reward", engine));
  }
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
