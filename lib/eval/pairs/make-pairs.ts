import { isDeepStrictEqual } from "node:util";
import {
  asRequest,
  type ChatMessages,
  type ConversationInput,
  type TemplateContext,
} from "../../score/conversation/conversation.js";
import { unreadable } from "../../formats/rows.js";
import { openDataset, type Dataset } from "../../data/dataset/dataset.js";
import { writeDataset, type OutputRecord } from "../../data/dataset/write-dataset.js";
import { InvalidArgumentError } from "../../errors.js";
import type { RecordEntry, RecordId, ScoreRecord } from "../../data/records/record.js";
import { withLock } from "../../util/files/file-lock.js";
import { messageText } from "../items/message-text.js";
import { readRecords } from "../../data/records/read-records.js";
import { ScoreSource, type RecordScores } from "../items/read-scores.js";
import {
  choosePairs,
  type ChosenPair,
  type ChoosePairsOptions,
  type LeftOutReason,
  type PairChoice,
} from "./choose-pairs.js";
import { scoreCandidates, type ScoreCandidatesOptions } from "./score-candidates.js";

/** What `makePairs` needs. */
export interface MakePairsOptions extends ChoosePairsOptions, ScoreCandidatesOptions {
  /** Records with several candidates: `{prompt, responses}`, or any layout of labelled answers. */
  input: string;
  /** Which split of a folder or Hub dataset. */
  split?: string | undefined;
  /** Which configuration its card describes. */
  config?: string | undefined;
  /** `.jsonl`, `.jsonl.gz` or `.parquet`. */
  out: string;
}

/** What became of the records. */
export interface MakePairsResult {
  records: number;
  pairs: number;
  /** Records without a pair, by reason. */
  leftOut: Partial<Record<LeftOutReason, number>>;
  /** JSON Lines file that names each of them. */
  leftOutFile: string;
  /** JSON Lines file with the scores of all records, from which the pairs were chosen. */
  scoresFile: string;
}

/** One preference pair, in the conversational format of TRL's `DPOTrainer`; further columns are ignored there. */
interface PairRow extends OutputRecord {
  id: RecordId;
  prompt: ChatMessages;
  chosen: ChatMessages;
  rejected: ChatMessages;
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
 * Scores candidates and writes preference pairs for training, and beside them which records gave none and why. Scores go to
 * a file first: a killed run continues there with `resume`, and other pairs can be chosen without scoring again.
 * @throws InvalidArgumentError the model cannot score one answer on its own, or predicts no std; there are scores already
 * @throws DatasetError; FileError `FILE_FAILED`, `FILE_LOCKED`
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { makePairs } from "llama-reward/eval";
 *
 * const model = await RewardModel.load("models/grm");
 * const { pairs, leftOut } = await makePairs({ scorer: model, input: "candidates.jsonl", out: "dpo.jsonl" });
 * console.log(pairs, leftOut);
 * await model.dispose();
 * ```
 */
export async function makePairs(options: MakePairsOptions): Promise<MakePairsResult> {
  const { scorer, input, split, config, out } = options;
  if (scorer.description.task === "compare") {
    throw new InvalidArgumentError(
      `${scorer.description.name} only compares two answers. Pairs need a model that scores each candidate.`,
    );
  }
  // Named by the whole name: `dpo.jsonl` and `dpo.parquet` are not to share them.
  const scoresFile = `${out}.scores.jsonl`;
  const dataset = await openDataset(input, { split, config, signal: options.signal });
  return withLock(`${scoresFile}.lock`, scoresFile, async () => {
    await scoreCandidates(dataset, { scores: scoresFile, run: `${out}.run.json` }, options);
    return writePairs(dataset, { scoresFile, leftOutFile: `${out}.left-out.jsonl` }, options);
  });
}

async function writePairs(
  dataset: Dataset,
  files: Pick<MakePairsResult, "scoresFile" | "leftOutFile">,
  options: MakePairsOptions,
): Promise<MakePairsResult> {
  const result: MakePairsResult = { records: 0, pairs: 0, leftOut: {}, ...files };
  const leftOut: LeftOut[] = [];
  const source = new ScoreSource(files.scoresFile);
  async function* rows(): AsyncIterable<PairRow> {
    for await (const entry of readRecords(dataset, options.strict === true)) {
      result.records++;
      const scores = await source.take(entry.id);
      const choice = choiceOf(entry, scores, options);
      if ("reason" in choice) {
        leftOut.push({ id: entry.id, ...choice });
        result.leftOut[choice.reason] = (result.leftOut[choice.reason] ?? 0) + 1;
      } else if (entry.record !== undefined) {
        result.pairs += choice.pairs.length;
        yield* pairRows(entry.record, scores, choice.pairs);
      }
    }
  }
  try {
    await writeDataset(options.out, rows());
  } finally {
    await source.close();
    // Also where there is no pair to write, which Parquet refuses: then this file says why.
    await writeDataset(result.leftOutFile, leftOut);
  }
  return result;
}

function choiceOf(
  { id, record, error }: RecordEntry,
  scores: RecordScores | undefined,
  options: MakePairsOptions,
): PairChoice {
  if (error !== undefined) return { reason: "unreadable", detail: error.message };
  if (!havePromptInCommon(record.conversations)) {
    return { reason: "different-prompts", detail: "the candidates do not answer the same messages" };
  }
  if (scores === undefined || scores.hasFailed) {
    const detail = scores?.failure ?? "it has no score";
    if (options.strict === true) throw unreadable(`Record ${id} cannot be scored: ${detail}`);
    return { reason: "not-scored", detail };
  }
  const candidates = messagesOf(record.conversations).map((messages, index) => ({
    text: textOf(messages),
    reward: scores.candidates?.[index]?.reward ?? Number.NaN,
    std: scores.candidates?.[index]?.std,
  }));
  return choosePairs(candidates, options);
}

function* pairRows(
  { id, conversations }: ScoreRecord,
  scores: RecordScores | undefined,
  pairs: readonly ChosenPair[],
): Iterable<PairRow> {
  const lists = messagesOf(conversations);
  const answer = (index: number): ChatMessages => lists[index]?.slice(-1) ?? [];
  const reward = (index: number): number => scores?.candidates?.[index]?.reward ?? Number.NaN;
  for (const { chosen, rejected, margin } of pairs) {
    yield {
      id,
      prompt: lists[chosen]?.slice(0, -1) ?? [],
      chosen: answer(chosen),
      rejected: answer(rejected),
      score_chosen: reward(chosen),
      score_rejected: reward(rejected),
      margin,
      ...contextColumns(conversations[chosen]),
    };
  }
}

function havePromptInCommon(conversations: readonly ConversationInput[]): boolean {
  const prompts = messagesOf(conversations).map((messages) => messages.slice(0, -1));
  return prompts.every((prompt) => isDeepStrictEqual(prompt, prompts[0]));
}

function messagesOf(conversations: readonly ConversationInput[]): ChatMessages[] {
  return conversations.map((conversation) => asRequest(conversation).messages);
}

function textOf(messages: ChatMessages): string {
  const answer = messages.at(-1);
  return answer === undefined ? "" : messageText(answer);
}

/** TRL reads the tools from a column of that name; the other two change nothing there, and are kept beside the pair. */
function contextColumns(conversation: ConversationInput | undefined): Readonly<Record<string, unknown>> {
  const context: TemplateContext = conversation === undefined ? {} : asRequest(conversation);
  return {
    ...(isGiven(context.tools) ? { tools: context.tools } : {}),
    ...(isGiven(context.documents) ? { documents: context.documents } : {}),
    ...(isGiven(context.chatTemplateKwargs) ? { chat_template_kwargs: context.chatTemplateKwargs } : {}),
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
