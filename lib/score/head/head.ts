import type { z } from "zod";
import type { RowReader, TensorDtype, TensorInfo } from "../../formats/safetensors/tensor.js";
import type { StepsRule } from "../conversation/steps-rule.js";
import type { DenseRuntime } from "./dense.js";
import type { HeadProfile } from "./head-profile.js";

/**
 * What a head makes of one candidate: the raw reward, and for heads with attributes their breakdown. Numbers are never
 * squashed or rounded.
 */
export interface HeadResult {
  reward: number;
  /** Propagated standard deviation of the reward, for heads that predict uncertainty. */
  std?: number;
  /** Breakdown by attribute (objective) name. */
  attributes?: Readonly<Record<string, AttributeScore>>;
  /** Quantiles of the reward by level, for quantile heads: `[level, value]`, ascending levels. */
  quantiles?: readonly (readonly [level: number, value: number])[];
  /** Of heads that read the whole answer: what each of its tokens adds, in order. */
  ofTokens?: readonly number[];
}

/** One attribute of a gated or multi-objective head. Absent fields are not defined for that head. */
export interface AttributeScore {
  /** Predicted value of the attribute. */
  mean: number;
  /** Standard deviation of the attribute (heads with uncertainty). */
  std?: number;
  /** Weight the gate gives to the (adjusted) attribute. */
  gate?: number;
  /** Value after the head's transform matrix (ArmoRM, QRM). */
  adjusted?: number;
  /** Weight of `mean` in the reward after the transform matrix: reward = Σ coefficient · mean. */
  coefficient?: number;
}

/**
 * Hidden states of one candidate, float32 `[hiddenSize]`: after the final norm, at the scored position and, for heads
 * with a `gatingText`, at the gating position too.
 */
export interface HeadInput {
  scored: Float32Array;
  gating?: Float32Array;
  /** For heads that read the whole answer. */
  answer?: AnswerInput;
}

/** An answer as a language model reads it. */
export interface AnswerInput {
  /** Ids of its tokens. */
  tokens: Int32Array;
  /** Of each of them the hidden state that it follows: that of the position before it. */
  states: readonly Float32Array[];
}

/** A loaded head: a function from hidden states to rewards. */
export interface Head {
  /** Scores a batch of candidates, off the event loop. Results in the order of `inputs`. */
  apply(inputs: readonly HeadInput[]): Promise<HeadResult[]>;
  dispose(): Promise<void>;
}

/** What a head definition may look at to recognise its tensors. Detection goes by tensor names and shapes. */
export interface HeadCandidates {
  /** Every tensor of the checkpoint that the backbone does not use, by name. */
  tensors: ReadonlyMap<string, TensorInfo>;
  hiddenSize: number;
  /** The checkpoint's `config.json`: for names and constants only, never to tell which head it is. */
  config: Readonly<Record<string, unknown>>;
  /** The head section of a profile, when one applies. */
  profile?: HeadProfile | undefined;
  /**
   * The matrix that would turn hidden states into logits: `lm_head.weight`, or the token embedding when tied. Only heads
   * that read logits (pair preference, logit) look at it. Absent when the checkpoint has neither.
   */
  outputMatrix?: TensorInfo | undefined;
  /** Id of the vocabulary entry with exactly this text; undefined when there is none. */
  tokenId?: ((text: string) => number | undefined) | undefined;
  /** What says that this is a process reward model, in words: only heads of steps can be its. */
  process?: string | undefined;
}

/**
 * How the published usage of a head makes its input, unless a profile says otherwise.
 */
export interface HeadUsage {
  /** Tokenize the rendered template with the tokenizer's own BOS / EOS added (so a BOS may come twice). */
  addSpecialTokens: boolean;
  /** Which token is scored. `last`; `last-non-pad`: rightmost token that is not padding; `before-first-pad`. */
  position: "last" | "last-non-pad" | "before-first-pad";
  /** For heads that gate on the prompt: the text whose last occurrence (as tokens) marks the gating position. */
  gatingText?: string;
  /** For heads of steps: how they are joined. */
  steps?: StepsRule;
  /** Whether the head reads all tokens of the answer, and not the state at one position. */
  readsAnswer?: true;
  /** How the published usage makes every input end in one token, where it does not end in it already. */
  ending?: EndingUsage;
}

/** The token at the end of every input, and what the published code does to the text in front of it. */
export interface EndingUsage {
  /** `eos`, `cls`: the tokenizer's. `reward`: `reward_token_id` of config.json. */
  token: "eos" | "cls" | "reward";
  /** Characters that are cut from the end of the rendered text first. */
  strip?: string;
  /** Text between the rendered text and a token that had to be added. */
  separator?: string;
}

/** What a head's section of `reward.json` says about its model, for whoever describes or drives it. */
export interface HeadSummary {
  /** Names of the attributes in the breakdown, in order; empty for heads that give a reward only. */
  attributeNames: readonly string[];
  /** In how many orders a head that compares is shown the two answers; 1 for all others. */
  orders: 1 | 2;
  /** What the published usage assumes where no profile says it, in whole sentences. */
  assumptions: readonly string[];
}

/** A tensor of `head.safetensors` that is not a whole tensor of the checkpoint. */
export interface ExtractedTensor {
  name: string;
  dtype: TensorDtype;
  shape: readonly number[];
  /** As stored in the checkpoint. */
  bytes: Uint8Array;
}

/**
 * One kind of head: how to recognise it among a checkpoint's tensors, what to record in `reward.json`, how to load it.
 * A new head is one file that exports this, one line in `registry.ts`, and its test.
 */
export interface HeadDefinition<Spec extends { kind: string } = { kind: string }> {
  readonly kind: Spec["kind"];
  /** One line for `inspect`: what the head computes. */
  readonly description: string;
  /** Schema of the head's section of `reward.json`. */
  readonly schema: z.ZodType<Spec>;
  readonly usage: HeadUsage;
  /**
   * `score`: one conversation gets one reward. `compare`: the head only compares two answers (pair preference); `reward`
   * of its results is then the probability that the first answer shown is the better one. `steps`: every step of an answer
   * gets one (process reward).
   */
  readonly task: "score" | "compare" | "steps";
  /** Whether the head means something at every token of an answer, so that each may have a reward of its own. */
  readonly rewardsTokens?: true;
  /** Whether its reward is a difference from the reward of another model, the reference. */
  readonly needsReference?: true;
  /** The head's section of `reward.json`, or undefined when the tensors are not this head's. @throws HEAD_INVALID */
  detect(candidates: HeadCandidates): Spec | undefined;
  /** What there is to know of it beyond the kind; absent for heads that give a reward only, by nothing but their tensors. */
  summary?(spec: Spec): Partial<HeadSummary>;
  /** Tensors of `head.safetensors`. They are copied whole from the checkpoint, unless the definition has `extract`. */
  tensorNames(spec: Spec): readonly string[];
  /** Tensors of the checkpoint that `extract` reads. Without, the checkpoint has `tensorNames`. */
  requires?(spec: Spec): readonly string[];
  /** Makes the tensors of `head.safetensors`, for a head that keeps only a part of a tensor. */
  extract?(spec: Spec, checkpoint: RowReader): Promise<ExtractedTensor[]>;
  /** @throws HEAD_INVALID tensor missing or ill-shaped; HEAD_MISMATCH another hidden size */
  load(spec: Spec, tensors: RowReader, hiddenSize: number, runtime: DenseRuntime): Promise<Head>;
}

/** Everything a definition says about a section of `reward.json`. */
export function summarise(definition: HeadDefinition, spec: { kind: string }): HeadSummary {
  return { attributeNames: [], orders: 1, assumptions: [], ...definition.summary?.(spec) };
}

/** Names of the checkpoint's tensors that a head is made of, whole or in part. */
export function requiredTensors(definition: HeadDefinition, spec: { kind: string }): readonly string[] {
  return definition.requires?.(spec) ?? definition.tensorNames(spec);
}
