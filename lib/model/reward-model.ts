import type { BackboneType } from "./architecture/backbone-type.js";
import { Backbone } from "../score/backbone/backbone.js";
import type { BackboneStats } from "../score/backbone/context.js";
import { promptRequest, withResponse, type ConversationInput } from "../score/conversation/conversation.js";
import { DisposedError, InvalidArgumentError, ModelLoadError, RewardError } from "../errors.js";
import { nativeDense } from "../score/head/native-dense.js";
import { loadHead, type LoadedHead } from "../score/head/load-head.js";
import { checkLoadOptions, type LoadOptions } from "./load-options.js";
import { checkedModel } from "./folder/open-model-folder.js";
import { readRewardJson } from "./folder/read-reward-json.js";
import { modelFingerprint } from "./folder/fingerprint.js";
import type { RewardJson } from "./folder/reward-json.js";
import { loadAddon } from "../score/native/binding.js";
import type {
  Comparison,
  ModelDescription,
  RankedScore,
  Score,
  Scorer,
  ScoreOptions,
  ScoringSettings,
  SettledScore,
  TextOptions,
  TextScorer,
} from "../score/score.js";
import { checkResponses, checkScoreOptions, checkStream } from "../score/score-arguments.js";
import { comparePreferences, compareScores, rankScores } from "../score/pipeline/compare.js";
import { ScorePipeline } from "../score/pipeline/score-pipeline.js";
import { scoreStream } from "../score/pipeline/score-stream.js";
import { pairConversations } from "../score/template/pair-prompt.js";
import { PromptBuilder } from "../score/template/prompt-builder.js";
import { requireValue } from "../util/collections.js";

/** Where a model runs, for display. */
export interface Placement {
  /** llama.cpp's name of the device, `CPU` or e.g. `CUDA0`; of several with layers on them, `CUDA0 + CUDA1`. */
  device: string;
  /** Layers of the backbone on GPUs; the others are on the CPU. */
  gpuLayers: number;
  layerCount: number;
  /** Why less is on a GPU than was hoped for, in whole sentences. Usually empty. */
  warnings: readonly string[];
  threads: number;
  contextLength: number;
  kvType: "f32" | "f16";
}

/**
 * A reward model of a model folder: scores conversations in this process. Several may be loaded at once; calls on one model
 * take turns on its context.
 */
export class RewardModel implements Scorer, TextScorer {
  readonly description: ModelDescription;
  readonly placement: Placement;
  readonly #reward: RewardJson;
  readonly #backbone: Backbone;
  readonly #head: LoadedHead;
  readonly #pipeline: ScorePipeline;
  #disposal: Promise<void> | undefined;

  private constructor(
    reward: RewardJson,
    type: BackboneType,
    { kvType, ...settings }: Omit<ScoringSettings, "device">,
    backbone: Backbone,
    head: LoadedHead,
    prompts: PromptBuilder,
  ) {
    this.#reward = reward;
    this.#backbone = backbone;
    this.#head = head;
    this.#pipeline = new ScorePipeline(prompts, backbone, head.head);
    const { contextLength, threads } = backbone.contextInfo;
    this.placement = { ...backbone.placement, threads, contextLength, kvType };
    this.description = {
      name: reward.name,
      architecture: reward.backbone.architecture,
      hiddenSize: reward.backbone.hiddenSize,
      headKind: head.definition.kind,
      task: head.definition.task,
      attributeNames: head.summary.attributeNames,
      type,
      contextLength,
      fingerprint: modelFingerprint(reward, type),
      settings: { ...settings, kvType, device: deviceKinds(this.placement) },
    };
  }

  /**
   * Loads a model folder made by `convert` or `pull`.
   * @throws ModelLoadError, HeadLoadError, AddonLoadError, ContextError, TemplateError, InvalidArgumentError;
   * `signal.reason` when cancelled
   */
  static async load(modelDir: string, options: LoadOptions = {}): Promise<RewardModel> {
    const { signal, onProgress, device, gpuLayers, threads, kvType = "f16" } = checkLoadOptions(options);
    signal?.throwIfAborted();
    const reward = await readRewardJson(modelDir, { check: options.check });
    const type = options.type ?? reward.backbone.defaultType;
    const files = await checkedModel(modelDir, reward, type, { check: options.check, signal, onProgress });
    const addon = loadAddon();
    const contextLength = options.contextLength;
    const backbone = await Backbone.load(addon, files.backbone, {
      device,
      gpuLayers,
      threads,
      kvType,
      contextLength,
      signal,
      onProgress,
    });
    let head: LoadedHead | undefined;
    try {
      const dense = nativeDense(addon, backbone.contextInfo.threads);
      head = await loadHead(reward.head, files.head, reward.backbone.hiddenSize, dense);
      const rules = {
        bos: options.bos ?? "reference",
        specialTokens: options.specialTokens ?? "parse",
        truncate: options.truncate ?? "error",
      } as const;
      const prompts = await PromptBuilder.create(reward.prompt, backbone, {
        ...rules,
        // llama.cpp rounds the context up, and the model may have been made for less: neither is what was asked for.
        contextLength: Math.min(
          contextLength ?? Infinity,
          backbone.contextInfo.contextLength,
          reward.backbone.contextLength,
        ),
      });
      signal?.throwIfAborted();
      return new RewardModel(reward, type, { ...rules, kvType }, backbone, head, prompts);
    } catch (error) {
      await Promise.all([backbone.dispose(), head?.head.dispose()]);
      throw error;
    }
  }

  /** Tokens since the load: asked for, computed, and taken from shared prefixes. */
  get stats(): Readonly<BackboneStats> {
    return this.#backbone.stats;
  }

  async score(messages: ConversationInput, options: ScoreOptions = {}): Promise<Score> {
    this.#checkScores("score");
    return requireValue(await this.#scoreAll([messages], options), 0);
  }

  async *scoreMany(
    conversations: Iterable<ConversationInput> | AsyncIterable<ConversationInput>,
    options: ScoreOptions = {},
  ): AsyncGenerator<Score, void, undefined> {
    for await (const { score, error } of this.scoreManySettled(conversations, options)) {
      if (error !== undefined) throw error;
      yield score;
    }
  }

  scoreManySettled(
    conversations: Iterable<ConversationInput> | AsyncIterable<ConversationInput>,
    options: ScoreOptions = {},
  ): AsyncIterable<SettledScore> {
    this.#checkScores("scoreMany");
    checkStream(conversations);
    return scoreStream(this.#pipeline, conversations, checkScoreOptions(options));
  }

  /**
   * Scores texts that are prompts already, in order: no template is applied. One that cannot be scored gives its error in place.
   * @param options.addSpecialTokens whether the tokenizer adds its own special tokens; without, the texts have their BOS
   */
  async scoreTexts(texts: readonly string[], options: TextOptions): Promise<SettledScore[]> {
    this.#checkScores("scoreTexts");
    return this.#pipeline.scoreTexts(texts, options);
  }

  async rank(
    prompt: string | ConversationInput,
    responses: readonly string[],
    options: ScoreOptions = {},
  ): Promise<RankedScore[]> {
    this.#checkScores("rank");
    checkResponses(responses);
    const conversations = responses.map((response) => withResponse(prompt, response));
    return rankScores(await this.#scoreAll(conversations, options));
  }

  async compare(
    prompt: string | ConversationInput,
    a: string,
    b: string,
    options: ScoreOptions = {},
  ): Promise<Comparison> {
    this.#checkOpen();
    if (this.description.task === "compare") return this.#comparePair(prompt, a, b, options);
    const scores = await this.#scoreAll([withResponse(prompt, a), withResponse(prompt, b)], options);
    const temperature = this.#reward.calibration?.temperature;
    return compareScores(requireValue(scores, 0), requireValue(scores, 1), temperature);
  }

  /** Refuses new work, lets the running chunk finish, frees everything. May be called twice. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#backbone.dispose().then(() => this.#head.head.dispose());
    return this.#disposal;
  }

  /** `dispose`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #comparePair(
    prompt: string | ConversationInput,
    a: string,
    b: string,
    options: ScoreOptions,
  ): Promise<Comparison> {
    const pieces = this.#reward.prompt.pair;
    if (pieces === null) {
      throw new ModelLoadError(
        "MODEL_INVALID",
        "reward.json lacks the pair prompt: convert the model again.",
      );
    }
    const [aFirst, bFirst] = pairConversations(pieces, promptRequest(prompt), a, b);
    const scores = await this.#scoreAll(
      this.#head.summary.orders === 1 ? [aFirst] : [aFirst, bFirst],
      options,
    );
    return comparePreferences(requireValue(scores, 0), scores[1]);
  }

  /** Scores a few conversations as one batch; the first bad one fails the call before anything is computed. */
  async #scoreAll(conversations: readonly ConversationInput[], options: ScoreOptions): Promise<Score[]> {
    this.#checkOpen();
    checkScoreOptions(options).signal?.throwIfAborted();
    const prompts = (await this.#pipeline.prepare(conversations)).map((prompt) => {
      if (prompt instanceof RewardError) throw prompt;
      return prompt;
    });
    const inputs = await this.#pipeline.compute(prompts, options);
    return this.#pipeline.finish(prompts, inputs, options.emit);
  }

  #checkScores(what: string): void {
    this.#checkOpen();
    if (this.description.task === "score") return;
    throw new InvalidArgumentError(
      `${this.description.name} only compares two answers, so ${what} has nothing to give. Use compare, or records with chosen and rejected.`,
    );
  }

  #checkOpen(): void {
    if (this.#disposal !== undefined) throw DisposedError.of("The model");
  }
}

/** Kinds of the devices that hold layers, without their numbers. */
function deviceKinds({ device, gpuLayers, layerCount }: Placement): string {
  const kinds = device.split(" + ").map((name) => name.replace(/\d+$/, ""));
  if (gpuLayers < layerCount) kinds.push("CPU");
  return [...new Set(kinds)].sort().join(" + ");
}
