import { unreadable } from "../../formats/rows.js";
import { AttributeMeans, type AttributeMean } from "./attribute-means.js";
import type { ItemReader } from "../../data/records/item-reader.js";
import { ScoreSource, type CandidateWithAttributes, type RecordScores } from "./read-scores.js";
import { ScoreTable, type ScoredItems } from "./score-table.js";
import { UNSCORED } from "./scored-item.js";

/** What became of the records of a dataset. */
export interface RecordCounts {
  /** Labelled records, good or bad. */
  total: number;
  scored: number;
  /** Records with a candidate the model could not score (too long, …): it counts as wrong. */
  failed: number;
  /** Rows that are no record; they count for nothing. */
  bad: number;
  /** Records the score file says nothing about; they count for nothing. */
  missing: number;
}

/** Labelled records joined with their scores. */
export interface Collected {
  items: ScoredItems;
  counts: RecordCounts;
  /** The first bad rows, to name them. */
  badRows: { line: number; message: string }[];
  attributes: AttributeMean[];
  /** False where the scores only say by how much an answer is better, as those of models that only compare. */
  haveRewards: boolean;
}

/** Bad rows named in summary and report. */
const NAMED_BAD_ROWS = 20;

/** Joins a dataset with a score file by id. Texts are read and let go: what stays are numbers. */
export async function collect(reader: ItemReader, scoresPath: string): Promise<Collected> {
  const source = new ScoreSource(scoresPath);
  try {
    return await join(reader, source);
  } finally {
    await source.close();
  }
}

async function join(reader: ItemReader, source: ScoreSource): Promise<Collected> {
  const items = new ScoreTable();
  const counts: RecordCounts = { total: 0, scored: 0, failed: 0, bad: 0, missing: 0 };
  const badRows: Collected["badRows"] = [];
  const attributes = new AttributeMeans();
  let haveRewards = true;
  for await (const { line, id, item, error } of reader.entries()) {
    counts.total++;
    if (error !== undefined) {
      counts.bad++;
      await source.passError(id);
      if (badRows.length < NAMED_BAD_ROWS) badRows.push({ line, message: error.message });
      continue;
    }
    const scores = await source.take(id);
    if (scores === undefined) {
      counts.missing++;
      continue;
    }
    haveRewards &&= scores.candidates !== undefined;
    const { chosen, rejected } = split(scores, item.chosen.length, item.rejected.length, id);
    const isScored = ![...chosen, ...rejected].some(({ reward }) => Number.isNaN(reward));
    counts[isScored ? "scored" : "failed"]++;
    attributes.add(chosen, rejected);
    items.add({ position: line, id: String(id), subset: item.subset, chosen, rejected });
  }
  return { items, counts, badRows, attributes: attributes.means(), haveRewards };
}

/**
 * A comparison without rewards becomes the pair (margin, 0): every metric looks at the difference alone.
 * @throws DatasetError the record has another number of candidates than scores
 */
function split(
  { candidates, margin, hasFailed }: RecordScores,
  chosenCount: number,
  rejectedCount: number,
  id: string | number,
): { chosen: CandidateWithAttributes[]; rejected: CandidateWithAttributes[] } {
  if (candidates === undefined)
    return { chosen: [{ reward: margin ?? Number.NaN }], rejected: [{ reward: 0 }] };
  const count = chosenCount + rejectedCount;
  const scores = hasFailed ? Array.from({ length: count }, () => UNSCORED) : candidates;
  if (scores.length !== count) {
    throw unreadable(
      `Record ${id} has ${count} candidates but ${scores.length} scores. The score file belongs to other data, or to ` +
        "another benchmark.",
    );
  }
  return { chosen: scores.slice(0, chosenCount), rejected: scores.slice(chosenCount) };
}
