import type { RowReader } from "../../formats/safetensors/tensor.js";
import { z } from "zod";
import { HeadLoadError, ScoreError, DisposedError } from "../../errors.js";
import type { DenseRuntime, OutputMatrix } from "./dense.js";
import type { AnswerInput, Head, HeadCandidates, HeadInput, HeadResult } from "./head.js";
import { rowCount, shapeOf } from "./head-tensors.js";
import { reduce, type Reduction } from "./reduce.js";

/** Where a language model's logits come from, in a head's section of `reward.json`. */
export const logitsSchema = z.strictObject({
  /** Tensor that makes them: `lm_head.weight`, or the token embedding when tied. */
  matrix: z.string(),
  /** They are multiplied by it. */
  scale: z.number().positive(),
  /** They become `cap · tanh(logit / cap)`; 0 leaves them. */
  cap: z.number().nonnegative(),
});
export type Logits = z.infer<typeof logitsSchema>;

/**
 * How a checkpoint makes logits, from its `config.json`. Source: transformers 5.24 modeling_gemma2.py (`final_logit_softcapping`),
 * modeling_granite.py (`logits_scaling`, by which logits are divided).
 * @throws HeadLoadError `HEAD_INVALID` there is no matrix, or a bias beside it; `HEAD_MISMATCH` another hidden size
 */
export function findLogits({ outputMatrix, tensors, hiddenSize, config }: HeadCandidates): Logits {
  if (outputMatrix === undefined) {
    throw new HeadLoadError(
      "HEAD_INVALID",
      "The checkpoint has neither lm_head.weight nor tied embeddings, so that it gives no probabilities of tokens. Use the checkpoint " +
        "of a causal language model.",
    );
  }
  const { name } = outputMatrix;
  const bias = name.replace(/weight$/, "bias");
  if (tensors.has(bias)) {
    throw new HeadLoadError(
      "HEAD_INVALID",
      `Logits with a bias (${bias}) are not supported: no backbone read here has them.`,
    );
  }
  checkMatrix(new Map([[name, outputMatrix]]), name, hiddenSize);
  const cap = config["final_logit_softcapping"];
  const divisor = config["logits_scaling"];
  return {
    matrix: name,
    scale: typeof divisor === "number" && divisor > 0 ? 1 / divisor : 1,
    cap: typeof cap === "number" && cap > 0 ? cap : 0,
  };
}

function checkMatrix(tensors: RowReader["tensors"], name: string, hiddenSize: number): void {
  rowCount(tensors, name, hiddenSize, "hidden state");
  const dtype = tensors.get(name)?.dtype;
  if (dtype === "F32" || dtype === "F16" || dtype === "BF16") return;
  throw new HeadLoadError(
    "HEAD_INVALID",
    `${name} is stored as ${String(dtype)}, expected F32, F16 or BF16.`,
  );
}

/** Loads the matrix a slice at a time. @throws HeadLoadError `HEAD_INVALID`, `HEAD_MISMATCH` */
export async function loadOutputMatrix(
  { matrix: name, scale, cap }: Logits,
  reader: RowReader,
  hiddenSize: number,
  runtime: DenseRuntime,
): Promise<OutputMatrix> {
  checkMatrix(reader.tensors, name, hiddenSize);
  const [vocabSize = 0] = shapeOf(reader.tensors, name);
  const dtype = reader.tensors.get(name)?.dtype as "F32" | "F16" | "BF16";
  return runtime.createOutputMatrix({
    vocabSize,
    hiddenSize,
    dtype,
    scale,
    cap,
    readRows: (start, count) => reader.readRows(name, start, count),
  });
}

/** How probable an answer is to a language model: one number made of its tokens' log-probabilities, in float64. */
export class AnswerProbability implements Head {
  #disposal: Promise<void> | undefined;
  readonly #matrix: OutputMatrix;
  readonly #reduction: Reduction;
  readonly #factor: number;

  /** @param factor the log-probabilities are multiplied by it */
  constructor(matrix: OutputMatrix, reduction: Reduction, factor = 1) {
    this.#matrix = matrix;
    this.#reduction = reduction;
    this.#factor = factor;
  }

  /** @throws ScoreError `SCORE_INVALID` a number that is NaN or infinite */
  async apply(inputs: readonly HeadInput[]): Promise<HeadResult[]> {
    if (this.#disposal !== undefined) throw DisposedError.of("The head");
    const results: HeadResult[] = [];
    for (const [index, { answer }] of inputs.entries()) results.push(await this.#read(answer, index));
    return results;
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#matrix.dispose();
    return this.#disposal;
  }

  async #read(answer: AnswerInput | undefined, candidate: number): Promise<HeadResult> {
    if (answer === undefined)
      throw new ScoreError("SCORE_INVALID", "There is no answer to read.", { details: { candidate } });
    const logs = await this.#matrix.logProbabilities(joined(answer.states), answer.tokens);
    const broken = logs.find((value) => !Number.isFinite(value));
    if (broken !== undefined) {
      throw new ScoreError(
        "SCORE_INVALID",
        `A token of candidate ${candidate} has the log-probability ${broken}. The hidden state is broken: run \`llama-reward verify\` ` +
          "on the model folder, and try --type f32 or --device cpu.",
        { details: { candidate } },
      );
    }
    const ofTokens = Array.from(logs, (value) => this.#factor * value);
    return { reward: reduce(ofTokens, this.#reduction), ofTokens };
  }
}

function joined(states: readonly Float32Array[]): Float32Array {
  const width = states[0]?.length ?? 0;
  const rows = new Float32Array(states.length * width);
  for (const [index, state] of states.entries()) rows.set(state, index * width);
  return rows;
}
