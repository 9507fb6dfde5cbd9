import { unreadable } from "../../formats/rows.js";
import { openDataset, type Dataset } from "../../data/dataset/dataset.js";
import { InvalidArgumentError } from "../../errors.js";
import type { Scorer } from "../../score/score.js";
import { dataFiles, provenanceOf, type Provenance } from "../provenance/provenance.js";
import { compareTypes, spreadOf, type FidelityRow } from "./compare-types.js";
import { summariseLeftOut, type LeftOutSummary } from "./left-out.js";
import { describeSettings, scoreType, type ScoreTypeOptions, type TypeScores } from "./score-type.js";
import { verdict } from "./verdict.js";

/** A loaded type of a model folder. */
export interface LoadedType {
  scorer: Scorer;
  /** Size of its backbone file. */
  sizeBytes: number;
}

/** What `runFidelity` needs. */
export interface FidelityOptions extends Omit<ScoreTypeOptions, "onProgress"> {
  data: string;
  /** Which split of a folder or Hub dataset. */
  split?: string | undefined;
  /** Which configuration its card describes. */
  config?: string | undefined;
  /** The type to measure against: the most exact one there is. */
  reference: string;
  /** Types to compare. The reference has its row anyway, whether it is among them or not. */
  types: readonly string[];
  /** Loads a type; its scorer is disposed once it has scored everything. `folderTypes` makes this. */
  load: (type: string) => Promise<LoadedType>;
  /** Loads the reference such that it computes as exactly as it can; `folderTypes` makes this, too. Default: as any type. */
  loadReference?: (() => Promise<LoadedType>) | undefined;
  /** The command line, to be named in the report. */
  command?: string | undefined;
  /** `total` is 0 where it is not known. */
  onProgress?: ((type: string, records: number, total: number) => void) | undefined;
}

/** What quantization does to a model's rewards. */
export interface FidelityReport {
  /** Name of the model. */
  model: string;
  reference: string;
  /** Standard deviation of the reference's rewards; null where there is none. */
  rewardsStd: number | null;
  /**
   * The reference against itself first, then the types as they were asked for; the reference's type among them where it was asked for and
   * runs less exactly with these options.
   */
  rows: FidelityRow[];
  leftOut: LeftOutSummary;
  verdict: string;
  provenance: Provenance;
}

/**
 * Scores the same records with each type, one model in memory at a time, and compares every type with the reference.
 * @throws InvalidArgumentError no type, or a model that only compares
 * @throws DatasetError no record could be scored; with `strict` the first bad one
 * @example
 * ```ts
 * import { quantizeModelFolder } from "llama-reward/convert";
 * import { folderTypes, runFidelity } from "llama-reward/eval";
 *
 * await quantizeModelFolder("models/grm", ["q8_0"]);
 * const types = await folderTypes("models/grm", { types: ["q8_0"] });
 * const { rows, verdict } = await runFidelity({ data: "pairs.jsonl", ...types });
 * console.log(rows.length, verdict);
 * ```
 */
export async function runFidelity(options: FidelityOptions): Promise<FidelityReport> {
  const { reference, types } = options;
  if (types.length === 0) throw new InvalidArgumentError("Expected at least one --type to compare.");
  const dataset = await openDataset(options.data, {
    split: options.split,
    config: options.config,
    signal: options.signal,
  });
  const total = options.onProgress === undefined ? 0 : ((await dataset.count()) ?? 0);
  const loadReference = options.loadReference ?? (() => options.load(reference));
  const exact = await scoreLoaded(reference, await loadReference(), dataset, total, options);
  const rows = [compareTypes(exact, exact)];
  const leftOut = [exact.leftOut];
  for (const type of new Set(types)) {
    if (type === reference && options.loadReference === undefined) continue;
    const loaded = await options.load(type);
    if (type === reference && describeSettings(loaded.scorer) === exact.settings) {
      await loaded.scorer.dispose();
      continue;
    }
    const scores = await scoreLoaded(type, loaded, dataset, total, options);
    rows.push(compareTypes(exact, scores));
    leftOut.push(scores.leftOut);
  }
  return {
    model: exact.model,
    reference,
    rewardsStd: spreadOf(exact.records),
    rows,
    leftOut: summariseLeftOut(leftOut),
    verdict: verdict(reference, rows),
    provenance: await provenanceOf(dataFiles(dataset), options),
  };
}

async function scoreLoaded(
  type: string,
  { scorer, sizeBytes }: LoadedType,
  dataset: Dataset,
  total: number,
  { data, signal, strict, onProgress }: FidelityOptions,
): Promise<TypeScores> {
  try {
    if (scorer.description.task === "compare") {
      throw new InvalidArgumentError(
        `${scorer.description.name} only compares two answers and gives no rewards to measure.`,
      );
    }
    const scores = await scoreType(scorer, dataset, sizeBytes, {
      signal,
      strict,
      onProgress: (records) => onProgress?.(type, records, total),
    });
    if (scores.records.every(({ rewards }) => rewards.every(Number.isNaN))) {
      const [first] = scores.leftOut.values();
      throw unreadable(
        `No record of ${data} could be scored, so there is nothing to compare. ${first?.message ?? "It is empty."}`,
      );
    }
    return scores;
  } finally {
    await scorer.dispose();
  }
}
