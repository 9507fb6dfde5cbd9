import type { RewardError } from "../../errors.js";
import { compareScores } from "../../score/pipeline/compare.js";
import type { Score, StepReward } from "../../score/score.js";
import { without } from "../../util/collections.js";
import type { RecordId } from "./record.js";
import type { RecordOutcome } from "./score-record.js";
import type { ItemRecord } from "./item-record.js";

/** One scored conversation, by the names of the contract. */
export interface ResultJson {
  /** Of process reward models: what each step got. */
  steps?: readonly StepReward[];
  reward: number;
  tokens: number;
  std?: number;
  ensemble?: Score["ensemble"];
  attributes?: Score["attributes"];
  quantiles?: Score["quantiles"];
  truncated?: number;
  warnings?: readonly string[];
  prompt?: string;
  inputIds?: readonly number[];
  hidden?: readonly number[];
  tokenRewards?: Score["tokenRewards"];
}

/** What a line of output may be told. */
export interface OutputOptions {
  /** `false` leaves out the breakdown by attribute, which is most of the bytes. */
  attributes?: boolean | undefined;
}

/** One line of output. */
export type OutputJson = { id: RecordId } & Readonly<Record<string, unknown>>;

/**
 * A score as `score` writes it: optional fields only where there is something to say.
 * @example
 * ```ts
 * import { resultJson } from "llama-reward/data";
 *
 * console.log(resultJson({ reward: 1.5, tokenCount: 12, warnings: [] })); // { reward: 1.5, tokens: 12 }
 * ```
 */
export function resultJson(score: Score): ResultJson {
  const {
    steps,
    reward,
    tokenCount,
    std,
    ensemble,
    attributes,
    quantiles,
    truncatedTokens,
    warnings,
    prompt,
    inputIds,
    hidden,
    tokenRewards,
  } = score;
  return {
    ...(steps === undefined ? {} : { steps }),
    reward,
    tokens: tokenCount,
    ...(std === undefined ? {} : { std }),
    ...(ensemble === undefined ? {} : { ensemble }),
    ...(attributes === undefined ? {} : { attributes }),
    ...(quantiles === undefined ? {} : { quantiles }),
    ...(truncatedTokens === undefined || truncatedTokens === 0 ? {} : { truncated: truncatedTokens }),
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(inputIds === undefined ? {} : { inputIds }),
    ...(hidden === undefined ? {} : { hidden }),
    ...(tokenRewards === undefined ? {} : { tokenRewards }),
  };
}

/**
 * What `score` writes of one record. A record with a conversation that cannot be scored becomes an error as a whole.
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { outputRecord, readRecord, scoreRecords } from "llama-reward/data";
 *
 * async function* entries() {
 *   yield readRecord({ line: 0, value: { prompt: "What is 2 + 2?", responses: ["4.", "5."] } });
 * }
 * const model = await RewardModel.load("models/grm");
 * for await (const outcome of scoreRecords(entries(), model)) console.log(JSON.stringify(outputRecord(outcome)));
 * await model.dispose();
 * ```
 */
export function outputRecord(outcome: RecordOutcome, { attributes = true }: OutputOptions = {}): OutputJson {
  const { id, record, comparison } = outcome;
  const resultOf = (score: Score): ResultJson =>
    resultJson(attributes ? score : without(score, "attributes"));
  if (outcome.error !== undefined) return { id, error: errorJson(outcome.error) };
  if (comparison !== undefined) {
    const { margin, probability, warnings } = comparison;
    return { id, margin, probability, ...(warnings.length === 0 ? {} : { warnings }) };
  }
  const scores: Score[] = [];
  for (const { score, error } of outcome.scores) {
    if (error !== undefined) return { id, error: errorJson(error, whichOne(record, scores.length)) };
    scores.push(score);
  }
  switch (record?.kind) {
    case "pair": {
      const [chosen, rejected] = scores;
      if (chosen === undefined || rejected === undefined) break;
      const { margin, probability } = compareScores(chosen, rejected);
      return { id, chosen: resultOf(chosen), rejected: resultOf(rejected), margin, probability };
    }
    case "candidates":
      return { id, results: scores.map(resultOf), best: bestIndex(scores) };
    default:
  }
  return { id, ...scores.map(resultOf)[0] };
}

/** Index of the highest reward; the first of equals. */
export function bestIndex(scores: readonly { reward: number }[]): number {
  return scores.reduce(
    (best, { reward }, index) => (reward > (scores[best]?.reward ?? -Infinity) ? index : best),
    0,
  );
}

/** Which conversation of a record failed; nothing where there is only one. */
function whichOne(record: RecordOutcome["record"], index: number): string {
  if (record?.kind === "pair") return index === 0 ? "chosen: " : "rejected: ";
  return record?.kind === "candidates" ? `candidate ${index}: ` : "";
}

function errorJson({ code, message }: RewardError, prefix = ""): { code: string; message: string } {
  return { code, message: prefix + message };
}

/** One line of `scores.jsonl`: what `score` writes, with the subset added. */
export function itemOutput(outcome: RecordOutcome): OutputJson {
  const { id, ...rest } = outputRecord(outcome);
  const subset = outcome.record === undefined ? "" : (outcome.record as ItemRecord).subset;
  return subset === "" ? { id, ...rest } : { id, subset, ...rest };
}
