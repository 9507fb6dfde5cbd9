import { mean, standardDeviation } from "simple-statistics";
import { commandOf, ENGINE_NAMES, REFERENCE, type EngineName, type EngineSetup } from "../engines/engine.js";
import { EngineProcess, type Scored } from "../engines/engine-process.js";
import {
  ENGINE_MODELS,
  prepareEngineModel,
  prepareInterpreters,
  type EngineModel,
  type PrepareOptions,
} from "../engines/prepare.js";
import { realWorkloads, type RealWorkload } from "../engines/real-workload.js";
import { pairedResult, takeTurns } from "../rounds.js";
import type { BenchContext } from "../run-bench.js";
import { largest } from "../../lib/util/collections.js";

/** Names of our own side. */
const OURS: EngineName = "llama-reward";

/**
 * Us beside what a user would run instead, on real texts and trained weights and on the shape of a 1B: every engine in a process of its
 * own with the model loaded, taking turns on the same conversations, from messages to rewards. Beside the seconds stand the
 * distances of the rewards from those of transformers in float32.
 */
export async function measureEngines(context: BenchContext): Promise<void> {
  const options: PrepareOptions = context;
  const interpreters = await prepareInterpreters(options);
  if (interpreters.transformers === undefined)
    throw new Error("without transformers there is no model to compare: it makes the checkpoints");
  const all = await realWorkloads(context);
  for (const model of modelsOf(context)) {
    const workloads = all.filter(({ name }) => `${model} ${name}`.includes(context.only ?? ""));
    const files = await prepareEngineModel(model, context.type, interpreters.transformers, options);
    for (const instructions of context.instructions) {
      const setup = { ...files, type: context.type, threads: context.threads, instructions };
      const engines = await startAll(setup, interpreters, context);
      try {
        for (const workload of workloads)
          await compareEngines(engines, workload, { ...context, shape: `${model} ${instructions}` });
      } finally {
        await Promise.all([...engines.values()].map((engine) => engine.stop()));
      }
    }
  }
}

/** Those that `--only` names, else the small one for a quick look, else all. */
function modelsOf({ only = "", isQuick }: BenchContext): readonly EngineModel[] {
  const named = ENGINE_MODELS.filter((model) => only.startsWith(model));
  if (named.length > 0) return named;
  return isQuick ? ENGINE_MODELS.slice(0, 1) : ENGINE_MODELS;
}

async function startAll(
  setup: EngineSetup,
  interpreters: Parameters<typeof commandOf>[2],
  { note }: BenchContext,
): Promise<Map<EngineName, EngineProcess>> {
  const engines = new Map<EngineName, EngineProcess>();
  for (const name of ENGINE_NAMES) {
    try {
      const engine = await EngineProcess.start(commandOf(name, setup, interpreters));
      if (engine.missing !== undefined) note(`${name} runs without ${engine.missing}`);
      engines.set(name, engine);
    } catch (error) {
      if (name === OURS) throw error;
      note(`${name} is not compared: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return engines;
}

/** Rounds of one workload, and a line for each peer. */
async function compareEngines(
  engines: ReadonlyMap<EngineName, EngineProcess>,
  { name, conversations }: RealWorkload,
  context: BenchContext & { shape: string },
): Promise<void> {
  const last = new Map<EngineName, Scored>();
  const names = [...engines.keys()];
  const sides = [...engines].map(([engine, process]) => ({
    run: async (): Promise<number> => {
      const scored = await process.score(conversations);
      last.set(engine, scored);
      return conversations.length / scored.seconds;
    },
  }));
  const rates = await takeTurns(sides, context, 1);
  const own = rates[names.indexOf(OURS)] ?? [];
  const errors = rewardErrors(last);
  for (const [index, peer] of names.entries()) {
    if (peer === OURS) continue;
    const line = pairedResult(
      { workload: name, metric: "conversations/s", peer, shape: context.shape },
      own,
      rates[index],
    );
    const details = {
      tokens: sum(last.get(OURS)?.tokens ?? []),
      seconds: conversations.length / line.ours,
      peerSeconds: conversations.length / line.theirs,
      ...prefixed("", errors.get(OURS)),
      ...prefixed("peer", errors.get(peer)),
    };
    context.emit({ ...line, details });
  }
}

/** How far rewards are from the reference's, in standard deviations of the reference's rewards. */
export interface RewardError {
  largestError: number;
  meanError: number;
}

/**
 * Distances of every engine's rewards from those of the reference; empty without one.
 * @throws Error an engine saw other tokens than the others: its rewards and its seconds are those of another task
 */
export function rewardErrors(scored: ReadonlyMap<EngineName, Scored>): Map<EngineName, RewardError> {
  const reference = scored.get(REFERENCE);
  if (reference === undefined) return new Map();
  const spread = standardDeviation(reference.rewards);
  return new Map(
    [...scored].map(([name, { rewards, tokens }]) => {
      if (tokens.some((count, index) => count !== reference.tokens[index]))
        throw new Error(`${name} saw other tokens than ${REFERENCE}`);
      const errors = rewards.map((reward, index) => Math.abs(reward - (reference.rewards[index] ?? NaN)));
      return [name, { largestError: largest(errors) / spread, meanError: mean(errors) / spread }];
    }),
  );
}

function prefixed(prefix: string, error: RewardError | undefined): Record<string, number> {
  if (error === undefined) return {};
  return Object.fromEntries(
    Object.entries(error).map(([name, value]) => [
      prefix === "" ? name : prefix + name.charAt(0).toUpperCase() + name.slice(1),
      value as number,
    ]),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
