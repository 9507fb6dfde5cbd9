import type { Conversation, Message } from "../../conversation.js";
import { openDataset } from "../../dataset/dataset.js";
import { writeDataset, type OutputRecord } from "../../dataset/write-dataset.js";
import { InvalidArgumentError } from "../../errors.js";
import type { RecordId } from "../../records/record.js";
import { scoreRecords, type RecordOutcome } from "../../records/score-records.js";
import type { Scorer } from "../../score.js";
import { readRecords } from "../read-records.js";
import { choosePairs, type ChoosePairsOptions, type LeftOutReason, type PairChoice } from "./choose-pairs.js";

/** What `makePairs` needs. */
export interface MakePairsOptions extends ChoosePairsOptions {
  scorer: Scorer;
  /** Records with several candidates: `{prompt, responses}`, or any layout of labelled answers. */
  input: string;
  /** `.jsonl`, `.jsonl.gz` or `.parquet`. */
  out: string;
  /** Stops at the first record that cannot be read or scored. */
  strict?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** `total` is 0 where it is not known. */
  onProgress?: ((records: number, total: number) => void) | undefined;
}

/** What became of the records. */
export interface MakePairsResult {
  records: number;
  pairs: number;
  /** Records without a pair, by reason. */
  leftOut: Partial<Record<LeftOutReason, number>>;
  /** JSON Lines file that names each of them. */
  leftOutFile: string;
}

/** One preference pair, in the conversational format of TRL's `DPOTrainer`; further columns are ignored there. */
interface PairRow extends OutputRecord {
  id: RecordId;
  prompt: Conversation;
  chosen: Conversation;
  rejected: Conversation;
  score_chosen: number;
  score_rejected: number;
  margin: number;
}

interface LeftOut extends OutputRecord {
  id: RecordId;
  reason: LeftOutReason;
  detail: string;
}

/**
 * Scores candidates and writes preference pairs for training, and beside them which records gave none and why.
 * @throws InvalidArgumentError the model cannot score one answer on its own, or predicts no std
 * @throws DatasetError, FileError
 */
export async function makePairs(options: MakePairsOptions): Promise<MakePairsResult> {
  const { scorer, input, out, strict, signal, onProgress } = options;
  if (scorer.description.task === "compare") {
    throw new InvalidArgumentError(
      `${scorer.description.name} only compares two answers. Pairs need a model that scores each candidate.`,
    );
  }
  const leftOutFile = `${out.replace(/\.(jsonl|parquet)(\.gz)?$/, "")}.left-out.jsonl`;
  const result: MakePairsResult = { records: 0, pairs: 0, leftOut: {}, leftOutFile };
  const leftOut: LeftOut[] = [];
  const dataset = await openDataset(input);
  const total = onProgress === undefined ? 0 : ((await dataset.count()) ?? 0);
  const entries = readRecords(dataset, strict === true);
  async function* rows(): AsyncIterable<PairRow> {
    for await (const outcome of scoreRecords(entries, scorer, { signal })) {
      result.records++;
      const choice = choiceOf(outcome, options);
      if ("reason" in choice) {
        if (strict === true && outcome.scores?.some(({ error }) => error !== undefined) === true) {
          throw new InvalidArgumentError(`Record ${outcome.id} cannot be scored: ${choice.detail}`);
        }
        leftOut.push({ id: outcome.id, ...choice });
        result.leftOut[choice.reason] = (result.leftOut[choice.reason] ?? 0) + 1;
      } else {
        result.pairs += choice.pairs.length;
        yield* pairRows(outcome, choice);
      }
      onProgress?.(result.records, total);
    }
  }
  await writeDataset(out, rows());
  await writeDataset(leftOutFile, leftOut);
  return result;
}

function choiceOf(outcome: RecordOutcome, options: ChoosePairsOptions): PairChoice {
  if (outcome.record === undefined) return { reason: "unreadable", detail: outcome.error.message };
  const { conversations } = outcome.record;
  if (!havePromptInCommon(conversations)) {
    return { reason: "different-prompts", detail: "the candidates do not answer the same messages" };
  }
  const candidates = [];
  for (const [index, { score, error }] of (outcome.scores ?? []).entries()) {
    if (error !== undefined) return { reason: "not-scored", detail: `candidate ${index}: ${error.message}` };
    const text = conversations[index]?.at(-1)?.content ?? "";
    candidates.push({ text, reward: score.reward, std: score.std });
  }
  return choosePairs(candidates, options);
}

function* pairRows({ id, record, scores }: RecordOutcome, choice: PairChoice): Iterable<PairRow> {
  if (!("pairs" in choice) || record === undefined) return;
  const answer = (index: number): readonly Message[] => record.conversations[index]?.slice(-1) ?? [];
  const reward = (index: number): number => scores?.[index]?.score?.reward ?? Number.NaN;
  for (const { chosen, rejected, margin } of choice.pairs) {
    yield {
      id,
      prompt: record.conversations[chosen]?.slice(0, -1) ?? [],
      chosen: answer(chosen),
      rejected: answer(rejected),
      score_chosen: reward(chosen),
      score_rejected: reward(rejected),
      margin,
    };
  }
}

function havePromptInCommon(conversations: readonly Conversation[]): boolean {
  const prompts = conversations.map((conversation) => JSON.stringify(conversation.slice(0, -1)));
  return prompts.every((prompt) => prompt === prompts[0]);
}
