import type { ConversationInput } from "./conversation/conversation.js";
import type { Aggregate } from "./conversation/aggregate.js";
import type { RewardError } from "../errors.js";
import type { AttributeScore } from "./head/head.js";

/** What one step of an answer got. */
export interface StepReward {
  /** The model's probability that the step is right. */
  reward: number;
  /** Hidden state `[hiddenSize]` the head saw, when asked for with `emit`. */
  hidden?: readonly number[];
}

/** What one token of an answer got. */
export interface TokenReward {
  /** Its place in the input, see `inputIds`. */
  position: number;
  /** Its id. */
  token: number;
  /**
   * Of value heads: what they say when the answer ends here. Of log-probabilities and DPO: what the token adds to the reward (to a
   * mean: before it is divided by the number of tokens).
   */
  reward: number;
}

/** What the members of an ensemble say of one answer. */
export interface EnsembleScore {
  /** Mean of the rewards, on one scale where the ensemble has one. */
  mean: number;
  /** The least of them. */
  worst: number;
  /** Each member's own reward, in the order of the members. */
  rewards: readonly number[];
}

/** One reward and how it came about. Numbers are the head's own: never squashed, never rounded. */
export interface Score {
  /** The raw reward. Unbounded; comparable only between answers scored by the same model. */
  reward: number;
  /** Of process reward models: the rewards of the steps, in order; `reward` is then what the model's rule makes of them. */
  steps?: readonly StepReward[];
  /** Tokens of the input the backbone saw. */
  tokenCount: number;
  /** Things the user should know about this input, e.g. special tokens spelled in a message. */
  warnings: readonly string[];
  /** Tokens cut off, when truncation was asked for and happened. */
  truncatedTokens?: number;
  /** Propagated standard deviation of the reward (uncertainty-aware heads); of ensembles that of the members' rewards. */
  std?: number;
  /** Of ensembles: what the members say. */
  ensemble?: EnsembleScore;
  /** Breakdown by attribute (gated and multi-objective heads). */
  attributes?: Readonly<Record<string, AttributeScore>>;
  /** Quantiles of the reward, `[level, value]` (quantile heads). */
  quantiles?: readonly (readonly [level: number, value: number])[];
  /** The rendered template, when asked for with `emit`. */
  prompt?: string;
  /** Exact token ids the backbone saw, when asked for with `emit`. */
  inputIds?: readonly number[];
  /** Hidden state `[hiddenSize]` the head saw, when asked for with `emit`. */
  hidden?: readonly number[];
  /** A reward for every token of the answer, in order, when asked for with `emit`. */
  tokenRewards?: readonly TokenReward[];
}

/** The score of an answer in steps. */
export interface StepsScore extends Score {
  steps: readonly StepReward[];
}

/** A score within a ranking. `index` counts the responses as given, `rank` from 1 for the best. */
export interface RankedScore extends Score {
  index: number;
  rank: number;
}

/** Two answers to one prompt. */
export interface Comparison {
  /** reward(a) − reward(b); for pair-preference models the log-odds of `probability`. */
  margin: number;
  /** Bradley-Terry probability that `a` is better: 1 / (1 + e^(−margin / temperature)). */
  probability: number;
  /** Absent for pair-preference models, which do not score one answer on its own. */
  a?: Score;
  b?: Score;
  warnings: readonly string[];
}

/** How far one phase of a long call is. */
export interface PhaseProgress<Phase extends string, Unit extends string> {
  phase: Phase;
  /** What `done` and `total` count. */
  unit: Unit;
  /** So far, what an earlier run had done included. */
  done: number;
  /** In all; 0 where that is not known. */
  total: number;
}

/**
 * Progress of a long call: a phase, and what it counts. A `share` goes from 0 to 1; `check` compares the files of a model folder
 * with their checksums, or tensors with those of a checkpoint.
 */
export type Progress =
  | PhaseProgress<"load", "share">
  | PhaseProgress<"check", "bytes">
  | PhaseProgress<"check", "tensors">
  | PhaseProgress<"decode", "tokens">
  | PhaseProgress<"score", "records">
  | PhaseProgress<"download", "bytes">
  | PhaseProgress<"convert", "bytes">
  | PhaseProgress<"quantize", "backbones">
  | PhaseProgress<"observe", "tokens">
  | PhaseProgress<"round", "tensors">
  | PhaseProgress<"measure", "parts">;

/** Extra fields a caller may ask for. */
export type EmitField = "prompt" | "ids" | "hidden" | "tokens";
/** All of them. */
export const EMIT_FIELDS: readonly EmitField[] = ["prompt", "ids", "hidden", "tokens"];

/** Options of every scoring call. */
export interface ScoreOptions {
  /** Aborts between native calls; the call rejects with `signal.reason`, the model stays usable. */
  signal?: AbortSignal | undefined;
  /** Told how far the call is, phase `decode`. An error it throws ends the call with that error. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Further fields of each score. */
  emit?: readonly EmitField[] | undefined;
  /**
   * Whose call this is, any name: a model that many use shares its batches out evenly between callers, and calls of one name stand
   * in one line. Default: every call, and every stream, is a caller of its own. Rewards do not depend on it.
   */
  caller?: string | undefined;
  /**
   * Time for the call, in whole milliseconds; for a stream, from its first score asked for to its end. Then it rejects with
   * DeadlineError `DEADLINE_EXCEEDED`, and what it asked for is computed no further.
   */
  timeoutMs?: number | undefined;
}

/** How a text that is a prompt already becomes tokens. */
export interface TextOptions extends Pick<ScoreOptions, "signal" | "caller" | "timeoutMs"> {
  /** Whether the tokenizer adds its own special tokens (a BOS, say), as other servers do with plain text. */
  addSpecialTokens: boolean;
}

/** Scores prompts that are rendered already. */
export interface TextScorer {
  /** In order; a text that cannot be scored gives its error in place. */
  scoreTexts(texts: readonly string[], options: TextOptions): Promise<SettledScore[]>;
}

/** Outcome of one conversation of a stream: bad ones do not end the stream. */
export type SettledScore = { score: Score; error?: undefined } | { error: RewardError; score?: undefined };

/** What a loaded model is, for display and for checks. */
export interface ModelDescription {
  name: string;
  architecture: string;
  hiddenSize: number;
  headKind: string;
  /** `compare` models only compare two answers; `steps` models reward every step of one. */
  task: "score" | "compare" | "steps";
  /** Attribute names, for heads that have them. */
  attributeNames: readonly string[];
  /** Backbone type in use, e.g. `f16`. */
  type: string;
  /** Longest prompt in tokens. */
  contextLength: number;
  /** SHA-256 over what rewards depend on: backbone, head and prompt rules. Names play no part. */
  fingerprint: string;
  /** Bradley-Terry temperature fitted on held-out pairs, which `compare` divides margins by; absent where none was. */
  calibration?: { temperature: number };
  settings: ScoringSettings;
}

/** How a model was loaded, as far as rewards depend on it. */
export interface ScoringSettings {
  bos: "reference" | "once" | "none";
  specialTokens: "parse" | "literal";
  truncate: "error" | "left" | "right";
  kvType: "f32" | "f16";
  /** `on`: products and attention are computed by the addon's own kernels; `off`: by llama.cpp's. */
  prefill: "on" | "off";
  /** What the addon's own kernels multiply: `exact`, float32 or what comes to about the same; `fast`, bfloat16. `exact` without them. */
  precision: "exact" | "fast";
  /** Of `steps` models: how the rewards of steps become one. */
  aggregate?: Aggregate;
  /** Kinds of devices that compute, e.g. `CPU` or `CPU + CUDA`: the last digits of a reward differ between them. */
  device: string;
}

/** Scores conversations: the in-process model and the client of a model in another process share this interface. */
export interface Scorer {
  readonly description: ModelDescription;
  /** @throws ConversationError, TemplateError, DecodeError, ScoreError, DisposedError */
  score(messages: ConversationInput, options?: ScoreOptions): Promise<Score>;
  /** Scores a stream in order, with back-pressure; the first bad conversation ends it. */
  scoreMany(
    conversations: Iterable<ConversationInput> | AsyncIterable<ConversationInput>,
    options?: ScoreOptions,
  ): AsyncIterable<Score>;
  /** Like `scoreMany`, but a bad conversation gives its error in place and the stream goes on. */
  scoreManySettled(
    conversations: Iterable<ConversationInput> | AsyncIterable<ConversationInput>,
    options?: ScoreOptions,
  ): AsyncIterable<SettledScore>;
  /** Best first; ties keep the given order. @param responses texts, or for process reward models lists of steps */
  rank(
    prompt: string | ConversationInput,
    responses: readonly (string | readonly string[])[],
    options?: ScoreOptions,
  ): Promise<RankedScore[]>;
  /** Which of two answers to a prompt is better, and how surely. */
  compare(
    prompt: string | ConversationInput,
    a: string,
    b: string,
    options?: ScoreOptions,
  ): Promise<Comparison>;
  /** Refuses new work, lets the running call finish, frees everything. May be called twice. */
  dispose(): Promise<void>;
}
