import type { BackboneType } from "./architecture/backbone-type.js";
import type { QueueState } from "../score/backbone/call-queue.js";
import type { BackboneStats } from "../score/backbone/context.js";
import { DisposedError, InvalidArgumentError } from "../errors.js";
import { checkLoadOptions, type LoadOptions } from "./load-options.js";
import { findModel } from "./model-finder.js";
import { deviceKinds, type Placement } from "./placement.js";
import { stepsSettings } from "./steps-settings.js";
import { close, openParts, type ModelParts } from "./open-parts.js";
import { readRewardJson } from "./folder/read-reward-json.js";
import type { RewardJson } from "./folder/reward-json.js";
import type {
  ModelDescription,
  ScoreOptions,
  ScoringSettings,
  SettledScore,
  TextOptions,
} from "../score/score.js";
import { checkScoreOptions } from "../score/score-options.js";
import { PipelineAnswerer } from "../score/pipeline/answer-calls.js";
import { ScorePipeline } from "../score/pipeline/score-pipeline.js";
import { weigh } from "../score/pipeline/weigh.js";
import { CallerGate } from "../score/schedule/caller-gate.js";
import { scoreStream } from "../score/pipeline/score-stream.js";
import { PromptBuilder } from "../score/template/prompt-builder.js";
import {
  ScorerFront,
  type Answerer,
  type ConversationSource,
  type ScoreAnswer,
  type ScoreCalls,
  type ScoreMethod,
} from "../score/scorer-front.js";

/** Characters of one caller's calls that are rendered and tokenized at once, about a million tokens; more of them wait. */
const MOST_OF_CALLER = 1 << 22;

/**
 * A reward model of a model folder: scores conversations in this process. Several may be loaded at once; calls on one model
 * that wait at the same time share its batches, evenly.
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 *
 * const model = await RewardModel.load("models/grm");
 * try {
 *   const { reward } = await model.score([
 *     { role: "user", content: "What is 2 + 2?" },
 *     { role: "assistant", content: "4." },
 *   ]);
 *   const [best] = await model.rank("What is 2 + 2?", ["4.", "5."]);
 *   const { probability } = await model.compare("What is 2 + 2?", "4.", "5.");
 *   console.log(reward, best?.index, probability);
 * } finally {
 *   await model.dispose();
 * }
 *
 * // In TypeScript, and in JavaScript from Node 24 on, the end of a block can do that:
 * {
 *   await using urm = await RewardModel.load("models/urm", { device: "cpu" });
 *   console.log(urm.description.attributeNames);
 * }
 * ```
 */
export class RewardModel extends ScorerFront {
  override readonly description: ModelDescription;
  readonly placement: Placement;
  readonly #parts: ModelParts;
  readonly #pipeline: ScorePipeline;
  readonly #answerer: Answerer;
  readonly #gate = new CallerGate(MOST_OF_CALLER);

  private constructor(
    reward: RewardJson,
    type: BackboneType,
    rules: Omit<ScoringSettings, "device" | "kvType" | "prefill" | "precision">,
    parts: ModelParts,
    prompts: PromptBuilder,
  ) {
    super();
    const { backbone, head } = parts;
    this.#parts = parts;
    const { readsAnswer } = reward.prompt;
    this.#pipeline = new ScorePipeline(prompts, backbone, head.head, rules.aggregate, readsAnswer);
    this.#answerer = new PipelineAnswerer(this.#pipeline, {
      task: head.definition.task,
      orders: head.summary.orders,
      pair: reward.prompt.pair,
      temperature: reward.calibration?.temperature,
    });
    const { contextLength, threads } = backbone.contextInfo;
    this.placement = { ...backbone.placement, threads, contextLength };
    this.description = {
      name: reward.name,
      architecture: reward.backbone.architecture,
      hiddenSize: reward.backbone.hiddenSize,
      headKind: head.definition.kind,
      task: head.definition.task,
      attributeNames: head.summary.attributeNames,
      type,
      contextLength,
      fingerprint: parts.fingerprint,
      ...(reward.calibration === null
        ? {}
        : { calibration: { temperature: reward.calibration.temperature } }),
      settings: {
        ...rules,
        kvType: this.placement.kvType,
        prefill: this.placement.isPrefilled ? "on" : "off",
        precision: this.placement.precision,
        device: deviceKinds(this.placement),
      },
    };
  }

  /**
   * Loads a model folder made by `convert` or `pull`.
   * @param model the folder; or the id of a model on the Hub, `owner/name` or `owner/name@revision`, which is downloaded and converted
   * into the user's cache the first time, and loaded from there ever after
   * @throws ModelLoadError, HeadLoadError, AddonLoadError, ContextError, TemplateError, InvalidArgumentError; for
   * a model of the Hub what `pullModel` throws, too;
   * `signal.reason` when cancelled
   */
  static async load(model: string, options: LoadOptions = {}): Promise<RewardModel> {
    const { signal, onProgress, contextLength } = checkLoadOptions(options);
    signal?.throwIfAborted();
    const modelDir = await findModel(model, { type: options.type, onProgress, signal });
    const reward = await readRewardJson(modelDir, { check: options.check });
    const type = options.type ?? reward.backbone.defaultType;
    const parts = await openParts(modelDir, reward, type, options);
    try {
      const { backbone, head } = parts;
      const rules = {
        bos: options.bos ?? "reference",
        specialTokens: options.specialTokens ?? "parse",
        truncate: options.truncate ?? "error",
        ...stepsSettings(reward, head.definition, options),
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
      return new RewardModel(reward, type, rules, parts, prompts);
    } catch (error) {
      await close(parts);
      throw error;
    }
  }

  /** Tokens since the load: asked for, computed, and taken from shared prefixes. */
  get stats(): Readonly<BackboneStats> {
    return this.#parts.backbone.stats;
  }

  /** What waits for the model now. */
  get queue(): QueueState {
    return this.#parts.backbone.queue;
  }

  /** @internal */
  protected override answerTexts(texts: readonly string[], options: TextOptions): Promise<SettledScore[]> {
    const { caller, signal } = options;
    return this.#gate.run(caller, weigh(texts), signal, () => this.#pipeline.scoreTexts(texts, options));
  }

  /** @internal */
  protected override answer<Method extends ScoreMethod>(
    method: Method,
    call: ScoreCalls[Method],
    options: ScoreOptions,
  ): ScoreAnswer<Method> {
    const { caller, signal } = this.#emitted(options);
    return this.#gate.run(caller, weigh(call), signal, () => this.#answerer[method](call, options));
  }

  /** @internal */
  protected override stream(
    conversations: ConversationSource,
    options: ScoreOptions,
  ): AsyncGenerator<SettledScore, void, undefined> {
    return scoreStream(this.#pipeline, conversations, this.#emitted(options));
  }

  /** @throws InvalidArgumentError options that are unknown, or rewards of tokens by a head that has none */
  #emitted(options: ScoreOptions): ScoreOptions {
    const { rewardsTokens, kind } = this.#parts.head.definition;
    if (checkScoreOptions(options).emit?.includes("tokens") === true && rewardsTokens !== true) {
      throw new InvalidArgumentError(
        `${this.description.name} has a ${kind} head, which has no reward for each token of an answer. Leave tokens out of emit.`,
      );
    }
    return options;
  }

  /** @internal */
  protected override admit(method: string): void {
    if (this.isDisposed) throw DisposedError.of("The model");
    const { name, task } = this.description;
    if (task === "steps" && method === "scoreTexts") {
      throw new InvalidArgumentError(
        `${name} rewards the steps of an answer, and a rendered text does not say where they end. Use scoreSteps.`,
      );
    }
    if (this.#parts.head.definition.usage.readsAnswer === true && method === "scoreTexts") {
      throw new InvalidArgumentError(
        `${name} rewards the tokens of an answer, and a rendered text does not say where it begins. Use score.`,
      );
    }
    if (task !== "compare" || method === "compare") return;
    throw new InvalidArgumentError(
      `${name} only compares two answers, so ${method} has nothing to give. Use compare, or records with chosen and rejected.`,
    );
  }

  /** @internal Lets the running chunk finish. */
  protected override async free(): Promise<void> {
    await close(this.#parts);
  }
}
