import { Backbone } from "../lib/score/backbone/backbone.js";
import type { DenseRuntime } from "../lib/score/head/dense.js";
import { loadHead } from "../lib/score/head/load-head.js";
import { nativeDense } from "../lib/score/head/native-dense.js";
import { checkedModel } from "../lib/model/folder/open-model-folder.js";
import { readRewardJson } from "../lib/model/folder/read-reward-json.js";
import { loadAddon } from "../lib/score/native/binding.js";
import type { NativeAddon, NativeContext } from "../lib/score/native/native-addon.js";
import { ScorePipeline } from "../lib/score/pipeline/score-pipeline.js";
import { PromptBuilder } from "../lib/score/template/prompt-builder.js";
import type { PeerOptions } from "./peer.js";

/** Native work that is timed. */
type Stage = "tokenize" | "decode" | "head";

/** Seconds that native calls took, from the call to its answer on the event loop. */
export class BusyTimes {
  readonly seconds: Record<Stage, number> = { tokenize: 0, decode: 0, head: 0 };

  /** Runs `work` and adds its time. */
  async time<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.seconds[stage] += (performance.now() - started) / 1000;
    }
  }

  reset(): void {
    Object.assign(this.seconds, { tokenize: 0, decode: 0, head: 0 });
  }
}

/** A scoring pipeline whose native calls are timed. */
export interface TimedPipeline {
  pipeline: ScorePipeline;
  busy: BusyTimes;
  dispose(): Promise<void>;
}

/** Loads a model folder as `RewardModel.load` does by default, with a stopwatch around its native calls. */
export async function loadTimedPipeline(
  modelDir: string,
  { threads, device }: Pick<PeerOptions, "threads" | "device">,
): Promise<TimedPipeline> {
  const busy = new BusyTimes();
  const reward = await readRewardJson(modelDir);
  const files = await checkedModel(modelDir, reward, reward.backbone.defaultType, {});
  const addon = loadAddon();
  const backbone = await Backbone.load(withTimedContexts(addon, busy), files.backbone, { threads, device });
  const dense = timedDense(nativeDense(addon, threads), busy);
  const { head } = await loadHead(reward.head, files.head, reward.backbone.hiddenSize, dense);
  const tokenizer = {
    tokenize: (texts: readonly string[], parseSpecial: Uint8Array) =>
      busy.time("tokenize", () => backbone.tokenize(texts, parseSpecial)),
    specialTokens: () => backbone.specialTokens(),
    longestToken: () => backbone.longestToken(),
  };
  const prompts = await PromptBuilder.create(reward.prompt, tokenizer, {
    bos: "reference",
    specialTokens: "parse",
    truncate: "error",
    contextLength: backbone.contextInfo.contextLength,
  });
  return {
    pipeline: new ScorePipeline(prompts, backbone, head),
    busy,
    dispose: async () => {
      await backbone.dispose();
      await head.dispose();
    },
  };
}

function withTimedContexts(addon: NativeAddon, busy: BusyTimes): NativeAddon {
  return {
    ...addon,
    createContext: async (model, options) => timedContext(await addon.createContext(model, options), busy),
  };
}

function timedContext(context: NativeContext, busy: BusyTimes): NativeContext {
  return {
    info: context.info,
    decode: (batch) => busy.time("decode", () => context.decode(batch)),
    cancel: () => {
      context.cancel();
    },
    copySequence: (from, to, start, end) => {
      context.copySequence(from, to, start, end);
    },
    removeSequence: (sequence, start, end) => {
      context.removeSequence(sequence, start, end);
    },
    sequenceRange: (sequence) => context.sequenceRange(sequence),
    clear: () => {
      context.clear();
    },
    dispose: () => context.dispose(),
  };
}

function timedDense(dense: DenseRuntime, busy: BusyTimes): DenseRuntime {
  return {
    ...dense,
    createNetwork: async (layers) => {
      const network = await dense.createNetwork(layers);
      return {
        forward: (rows) => busy.time("head", () => network.forward(rows)),
        dispose: () => network.dispose(),
      };
    },
  };
}
