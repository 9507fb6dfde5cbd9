import type { Dataset } from "../../dataset/dataset.js";
import { scoreRecords } from "../../records/score-records.js";
import { readRecords } from "../read-records.js";
import type { Scorer } from "../../score.js";

/** Rewards of all records of a dataset by one backbone type. */
export interface TypeScores {
  type: string;
  /** By record; each has one reward per candidate, NaN where it could not be scored. */
  records: RecordRewards[];
  seconds: number;
  tokens: number;
  sizeBytes: number;
}

export interface RecordRewards {
  rewards: readonly number[];
  /** Whether the first candidate is labelled better than the second. */
  isLabelledPair: boolean;
}

/**
 * Scores every record once. Records that cannot be read take no part.
 * @throws DatasetError with `strict`, the first record that cannot be read
 */
export async function scoreType(
  scorer: Scorer,
  data: Dataset,
  sizeBytes: number,
  { signal, strict, onProgress }: ScoreTypeOptions = {},
): Promise<TypeScores> {
  const records: RecordRewards[] = [];
  let tokens = 0;
  const startMs = performance.now();
  for await (const { record, scores } of scoreRecords(readRecords(data, strict === true), scorer, {
    signal,
  })) {
    if (record === undefined) continue;
    const rewards = (scores ?? []).map(({ score }) => score?.reward ?? Number.NaN);
    for (const { score } of scores ?? []) tokens += score?.tokenCount ?? 0;
    records.push({ rewards, isLabelledPair: record.kind === "pair" });
    onProgress?.(records.length);
  }
  const seconds = (performance.now() - startMs) / 1000;
  return { type: scorer.description.type, records, seconds, tokens, sizeBytes };
}

export interface ScoreTypeOptions {
  signal?: AbortSignal | undefined;
  strict?: boolean | undefined;
  onProgress?: ((records: number) => void) | undefined;
}
