import type { Dataset } from "../../data/dataset/dataset.js";
import { scoreRecords } from "../../data/records/score-records.js";
import { readRecords } from "../../data/records/read-records.js";
import type { Scorer } from "../../score/score.js";
import type { LeftOutRecord } from "./left-out.js";
import {
  EvenSample,
  selfDifference,
  type ScoredConversation,
  type SelfDifference,
} from "./self-difference.js";

/** Conversations that are scored again, to see whether a reward depends on its company. */
const SCORED_AGAIN = 24;

/** Rewards of all records of a dataset by one backbone type. */
export interface TypeScores {
  type: string;
  /** Name of the model, and SHA-256 over what its rewards depend on. */
  model: string;
  fingerprint: string;
  /** How its backbone was run. */
  settings: string;
  /** By record; each has one reward per candidate, NaN where it could not be scored. */
  records: RecordRewards[];
  /** Records that could not be read or scored, by their place in the dataset. */
  leftOut: ReadonlyMap<number, LeftOutRecord>;
  seconds: number;
  tokens: number;
  sizeBytes: number;
  /** What becomes of rewards in other company. */
  itself: SelfDifference;
}

export interface RecordRewards {
  rewards: readonly number[];
  /** Whether the first candidate is labelled better than the second. */
  isLabelledPair: boolean;
}

/**
 * Scores every record once. Records that cannot be read or scored take no part.
 * @throws DatasetError, ConversationError with `strict`, the first such record
 */
export async function scoreType(
  scorer: Scorer,
  data: Dataset,
  sizeBytes: number,
  { signal, strict, onProgress }: ScoreTypeOptions = {},
): Promise<TypeScores> {
  const records: RecordRewards[] = [];
  const leftOut = new Map<number, LeftOutRecord>();
  let position = 0;
  let tokens = 0;
  const sample = new EvenSample<ScoredConversation>(SCORED_AGAIN);
  const startMs = performance.now();
  const entries = readRecords(data, strict === true);
  for await (const { id, record, scores = [], error } of scoreRecords(entries, scorer, { signal })) {
    const failure = error ?? scores.find((settled) => settled.error !== undefined)?.error;
    if (failure !== undefined) {
      if (strict === true) throw failure;
      leftOut.set(position, { id, code: failure.code, message: failure.message });
    }
    if (record !== undefined) {
      const rewards = scores.map(({ score }) => score?.reward ?? Number.NaN);
      scores.forEach(({ score }, index) => {
        tokens += score?.tokenCount ?? 0;
        const conversation = record.conversations[index];
        if (score === undefined || conversation === undefined) return;
        sample.add({ conversation, reward: score.reward });
      });
      records.push({ rewards, isLabelledPair: record.kind === "pair" });
    }
    onProgress?.(++position);
  }
  const seconds = (performance.now() - startMs) / 1000;
  const itself = await selfDifference(scorer, sample.items, signal);
  const { type, name: model, fingerprint } = scorer.description;
  const settings = describeSettings(scorer);
  return { type, model, fingerprint, settings, records, leftOut, seconds, tokens, sizeBytes, itself };
}

export interface ScoreTypeOptions {
  signal?: AbortSignal | undefined;
  strict?: boolean | undefined;
  onProgress?: ((records: number) => void) | undefined;
}

/** Who computes for a scorer, and with which cache. */
export function describeSettings({ description }: Scorer): string {
  const { device, kvType, prefill, precision } = description.settings;
  const kernels = prefill === "on" ? `${precision} kernels` : "llama.cpp's kernels";
  return `${device}, ${kernels}, ${kvType} cache`;
}
