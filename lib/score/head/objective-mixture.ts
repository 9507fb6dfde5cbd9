import { HeadLoadError, InvalidArgumentError } from "../../errors.js";
import type { TensorReader } from "../../formats/safetensors/tensor.js";
import type { AttributeScore, HeadCandidates, HeadInput } from "./head.js";
import { expectShape, readFinite, readScalar } from "./head-tensors.js";
import { labelNames } from "./label-names.js";

/**
 * What ArmoRM and QRM share: n objectives, made less dependent on verbosity by a fixed matrix, mixed with weights that a
 * gate derives from the prompt. Source: arXiv 2406.12845 (ArmoRM), arXiv 2409.10164 (QRM), and the models' published classes.
 */

export const LOGIT_SCALE = "gating.logit_scale";
export const TRANSFORM = "reward_transform_matrix";
export const REGRESSION = "regression_layer.weight";

/**
 * Where the gate looks in Llama 3 prompts: the header that opens the last answer. Source: `token_patterns` of the classes
 * published with RLHFlow/ArmoRM-Llama3-8B-v0.1 and nicolinho/QRM-Llama3.1-8B.
 */
export const LLAMA3_GATING_TEXT = "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n";

/**
 * Temperature of the gate's softmax when `config.json` has none: the default of these classes, all of which have a transform
 * matrix.
 */
const DEFAULT_GATING_TEMPERATURE = 10;

/** ArmoRM's objectives in the order of its rows; QRM was trained on the same. Source: card of RLHFlow/ArmoRM-Llama3-8B-v0.1. */
const ARMORM_OBJECTIVES = [
  "helpsteer-helpfulness",
  "helpsteer-correctness",
  "helpsteer-coherence",
  "helpsteer-complexity",
  "helpsteer-verbosity",
  "ultrafeedback-overall_score",
  "ultrafeedback-instruction_following",
  "ultrafeedback-truthfulness",
  "ultrafeedback-honesty",
  "ultrafeedback-helpfulness",
  "beavertails-is_safe",
  "prometheus-score",
  "argilla-overall_quality",
  "argilla-judge_lm",
  "code-complexity",
  "code-style",
  "code-explanation",
  "code-instruction-following",
  "code-readability",
];

/** Names of `count` objectives: the profile's, ArmoRM's when there are as many, else `objective_<index>`. */
export function objectiveNames(candidates: HeadCandidates, count: number): string[] {
  const isArmoRM = count === ARMORM_OBJECTIVES.length && candidates.profile?.attributes === undefined;
  return isArmoRM ? [...ARMORM_OBJECTIVES] : labelNames({ ...candidates, config: {} }, count, "objective");
}

/**
 * Temperature of the gate's softmax: the config's, else the profile's, else the published classes' default. A model without
 * transform matrix belongs to another class, for which nothing is assumed.
 * @throws HeadLoadError `HEAD_INVALID`
 */
export function gatingTemperature({ config, profile }: HeadCandidates): number {
  const fallback = profile?.hasTransform === false ? undefined : DEFAULT_GATING_TEMPERATURE;
  const value = config["gating_temperature"] ?? profile?.temperature ?? fallback;
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw new HeadLoadError(
    "HEAD_INVALID",
    `Expected a positive number for gating_temperature in config.json but received ${value === undefined ? "nothing" : JSON.stringify(value)}. ` +
      'A profile.json may give it: {"head": "qrm", "temperature": …}.',
  );
}

/** The hidden states at the gating positions. @throws InvalidArgumentError when a candidate has none */
export function gatingStates(inputs: readonly HeadInput[]): Float32Array[] {
  return inputs.map(({ gating }, index) => {
    if (gating !== undefined) return gating;
    throw new InvalidArgumentError(
      `Expected a hidden state at the gating position for candidate ${index}, but there is none.`,
    );
  });
}

/** One candidate's mixture. Vectors are `[objectives]`. */
export interface Mixture {
  reward: number;
  attributes: Record<string, AttributeScore>;
  /** Weight of each untransformed objective in the reward. */
  coefficients: Float64Array;
}

/** Mixes objectives into a reward, in float64. */
export class ObjectiveMixer {
  readonly #names: readonly string[];
  /** `[objectives, objectives]`, row-major; column j makes adjusted objective j. The identity where there is none. */
  readonly #transform: Float32Array;
  readonly #temperature: number;
  readonly #logitScale: number;

  private constructor(
    names: readonly string[],

    transform: Float32Array,
    temperature: number,
    logitScale: number,
  ) {
    this.#names = names;
    this.#transform = transform;
    this.#temperature = temperature;
    this.#logitScale = logitScale;
  }

  /** @throws HeadLoadError `HEAD_INVALID` */
  static async read(
    reader: TensorReader,
    spec: { objectives: readonly string[]; temperature: number; hasTransform: boolean },
  ): Promise<ObjectiveMixer> {
    const count = spec.objectives.length;
    const transform = spec.hasTransform ? await readTransform(reader, count) : identity(count);
    return new ObjectiveMixer(
      spec.objectives,
      transform,
      spec.temperature,
      await readScalar(reader, LOGIT_SCALE),
    );
  }

  /**
   * `gate = softmax(logits / temperature) · scale`, `adjusted = objectives · M`, `reward = Σ gate · adjusted`, and
   * `coefficients = M · gate`, so that the reward is also `Σ coefficient · objective`.
   */
  mix(objectives: ArrayLike<number>, gateLogits: ArrayLike<number>): Mixture {
    const gate = this.#gate(gateLogits);
    const count = this.#names.length;
    const adjusted = new Float64Array(count);
    const coefficients = new Float64Array(count);
    for (let row = 0; row < count; row++) {
      for (let column = 0; column < count; column++) {
        const weight = this.#transform[row * count + column] ?? NaN;
        adjusted[column] = (adjusted[column] ?? NaN) + (objectives[row] ?? NaN) * weight;
        coefficients[row] = (coefficients[row] ?? NaN) + weight * (gate[column] ?? NaN);
      }
    }
    const attributes: Record<string, AttributeScore> = {};
    let reward = 0;
    for (const [index, name] of this.#names.entries()) {
      const score = {
        mean: objectives[index] ?? NaN,
        gate: gate[index] ?? NaN,
        adjusted: adjusted[index] ?? NaN,
        coefficient: coefficients[index] ?? NaN,
      };
      attributes[name] = score;
      reward += score.gate * score.adjusted;
    }
    return { reward, attributes, coefficients };
  }

  /** The largest logit is subtracted first, so that no exponential overflows. */
  #gate(logits: ArrayLike<number>): Float64Array {
    const scaled = Float64Array.from(logits, (logit) => logit / this.#temperature);
    const largest = scaled.reduce((a, b) => Math.max(a, b), -Infinity);
    const exponentials = scaled.map((value) => Math.exp(value - largest));
    const sum = exponentials.reduce((a, b) => a + b, 0);
    return exponentials.map((value) => (value / sum) * this.#logitScale);
  }
}

async function readTransform(reader: TensorReader, count: number): Promise<Float32Array> {
  expectShape(reader.tensors, TRANSFORM, [count, count]);
  return readFinite(reader, TRANSFORM);
}

function identity(count: number): Float32Array {
  return Float32Array.from({ length: count * count }, (_, index) => (index % (count + 1) === 0 ? 1 : 0));
}
