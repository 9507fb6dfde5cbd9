import type { Scorer, ScoreOptions, SettledScore } from "../../score/score.js";
import type { RecordEntry } from "./record.js";
import { compareRecord, type RecordOutcome } from "./score-record.js";
import { WaitingEntries } from "./waiting-entries.js";

/**
 * Scores the conversations of all records as one stream, so that the engine packs across records, and gives the records
 * back in order: each as soon as its last conversation is scored, or, where there is nothing to score, as soon as those before
 * it are out. Only records under way are held in memory, and a bounded number of errors behind them.
 * @example
 * ```ts
 * import { RewardModel } from "llama-reward";
 * import { readRecord, scoreRecords } from "llama-reward/data";
 *
 * async function* entries() {
 *   yield readRecord({ line: 0, value: { prompt: "What is 2 + 2?", chosen: "4.", rejected: "5." } });
 * }
 * const model = await RewardModel.load("models/grm");
 * for await (const { id, scores, error } of scoreRecords(entries(), model)) {
 *   console.log(id, error?.message ?? scores?.map(({ score }) => score?.reward));
 * }
 * await model.dispose();
 * ```
 */
export function scoreRecords(
  entries: AsyncIterable<RecordEntry>,
  scorer: Scorer,
  options?: ScoreOptions,
): AsyncIterable<RecordOutcome> {
  return scorer.description.task === "compare"
    ? compareRecords(entries, scorer, options)
    : scoreConversations(entries, scorer, options);
}

async function* scoreConversations(
  entries: AsyncIterable<RecordEntry>,
  scorer: Scorer,
  options?: ScoreOptions,
): AsyncIterable<RecordOutcome> {
  const waiting = new WaitingEntries();
  // Aborted when the consumer stops early: a score that is waited for may depend on a source that never answers.
  const stop = new AbortController();
  const signal = options?.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const settled = scorer.scoreManySettled(waiting.conversations(entries), { ...options, signal });
  const iterator = settled[Symbol.asyncIterator]();
  const asked: { isOpen: boolean; answer?: Answer | undefined } = { isOpen: false };
  const ask = (): void => {
    asked.isOpen = true;
    const take = (answer: Answer): void => {
      asked.answer = answer;
      asked.isOpen = false;
      waiting.wake();
    };
    iterator.next().then(
      (result) => {
        take({ result });
      },
      (failure: unknown) => {
        take({ failure });
      },
    );
  };
  let scores: SettledScore[] = [];
  let isDone = false;
  try {
    while (!isDone) {
      yield* waiting.takeErrors();
      if (!asked.isOpen && asked.answer === undefined) ask();
      await waiting.awake();
      if (asked.answer === undefined) continue;
      const { result, failure } = asked.answer;
      asked.answer = undefined;
      isDone = result?.done !== false;
      if (result === undefined) throw failure;
      if (result.done === true) break;
      scores.push(result.value);
      const { record } = waiting.front ?? {};
      if (record === undefined || scores.length < record.conversations.length) continue;
      waiting.shift();
      yield { id: record.id, record, scores };
      scores = [];
    }
    yield* waiting.takeErrors();
  } finally {
    if (asked.isOpen) {
      stop.abort();
      void iterator.return?.().catch(() => undefined);
    } else if (!isDone) await iterator.return?.();
  }
}

/** What came of asking for the next score. */
type Answer =
  | { result: IteratorResult<SettledScore, unknown>; failure?: undefined }
  | { failure: unknown; result?: undefined };

/** Records for a model that only compares. */
async function* compareRecords(
  entries: AsyncIterable<RecordEntry>,
  scorer: Scorer,
  options?: ScoreOptions,
): AsyncIterable<RecordOutcome> {
  for await (const entry of entries) yield await compareRecord(entry, scorer, options);
}
