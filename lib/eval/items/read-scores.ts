import { z } from "zod";
import { openDataset } from "../../data/dataset/dataset.js";
import { unreadable } from "../../formats/rows.js";
import type { AttributeScore } from "../../score/head/head.js";
import type { CandidateScore } from "./scored-item.js";

/** Scores of one record, as a score file gives them. */
export interface RecordScores {
  /** Candidates, chosen ones first; undefined where the file only says which answer is better. */
  candidates?: readonly CandidateWithAttributes[] | undefined;
  /** Only when there are no candidates. */
  margin?: number | undefined;
  hasFailed: boolean;
  /** Why it has, where the file says so. */
  failure?: string | undefined;
}

export interface CandidateWithAttributes extends CandidateScore {
  attributes?: Readonly<Record<string, AttributeScore>> | undefined;
}

/** JSON has no NaN, so score files in JSON write null. */
const reward = z.union([z.number(), z.nan(), z.null()]).transform((value) => value ?? Number.NaN);
const attribute = z.looseObject({
  mean: z.number(),
  std: z.number().optional(),
  gate: z.number().optional(),
});
const result = z.union([
  z
    .looseObject({
      reward,
      tokens: z.number().optional(),
      std: z.number().optional(),
      attributes: z.record(z.string(), attribute).optional(),
    })
    .transform(({ reward: value, tokens, std, attributes }): CandidateWithAttributes => ({
      reward: value,
      ...(tokens === undefined ? {} : { tokens }),
      ...(std === undefined ? {} : { std }),
      ...(attributes === undefined ? {} : { attributes: attributes as Record<string, AttributeScore> }),
    })),
  reward.transform((value): CandidateWithAttributes => ({ reward: value })),
  // RewardBench writes one-element lists for some models.
  z.tuple([reward]).transform(([value]): CandidateWithAttributes => ({ reward: value })),
]);
const oneOrMany = z.union([z.array(result), result.transform((single) => [single])]);

const identified = z.looseObject({ id: z.union([z.string(), z.number()]).nullish() });
const failed = z.looseObject({ error: z.looseObject({ code: z.string(), message: z.string().optional() }) });
const listed = z.looseObject({ results: z.array(result) }).transform(({ results }) => results);
/** RewardBench 2's own score files. */
const scores = z.looseObject({ scores: z.array(result) }).transform(({ scores: list }) => list);
const paired = z
  .looseObject({ chosen: oneOrMany, rejected: oneOrMany })
  .transform(({ chosen, rejected }) => [...chosen, ...rejected]);
/** Names other tools use: RM-Bench `score_chosen`, RewardBench 1 `scores_chosen`. */
const scoreColumns = z
  .looseObject({ score_chosen: oneOrMany, score_rejected: oneOrMany })
  .transform(({ score_chosen, score_rejected }) => [...score_chosen, ...score_rejected]);
const scoresColumns = z
  .looseObject({ scores_chosen: oneOrMany, scores_rejected: oneOrMany })
  .transform(({ scores_chosen, scores_rejected }) => [...scores_chosen, ...scores_rejected]);
/** By the fields that tell them apart, tried in this order: a file may repeat the texts as `chosen` and `rejected`. */
const CANDIDATE_FORMS = [
  { fields: ["results"], schema: listed },
  { fields: ["scores"], schema: scores },
  { fields: ["chosen", "rejected"], schema: paired },
  { fields: ["score_chosen", "score_rejected"], schema: scoreColumns },
  { fields: ["scores_chosen", "scores_rejected"], schema: scoresColumns },
] as const;
const compared = z.looseObject({ margin: z.number() }).transform(({ margin }) => margin);

const column = z.array(z.unknown()).optional();
/** A whole file as columns, as RewardBench 1 (two of scores) and 2 (one of lists) write their `eval-set-scores`. */
const columnar = z.object({
  id: z.array(z.union([z.string(), z.number()])),
  scores: column,
  scores_chosen: column,
  scores_rejected: column,
});

/** Records of a score file: one row of ours, or one of the columns RewardBench writes. */
type IdentifiedScores = readonly [id: string, scores: RecordScores];

/**
 * Scores of a file by id. The file is read only as far as needed: where it has the order of the data, as ours has, nothing
 * is kept in memory. An id that comes more than once gives its scores in order.
 */
export class ScoreSource {
  readonly #rows: AsyncIterator<IdentifiedScores>;
  readonly #skipped = new Map<string, RecordScores[]>();
  /** A row that was looked at and left for later. */
  #ahead: IdentifiedScores | undefined;

  /** @param path ours, or another tool's scores in JSON Lines, JSON or Parquet */
  constructor(path: string) {
    this.#rows = scoreRows(path)[Symbol.asyncIterator]();
  }

  /**
   * The scores of a record, once each; undefined when the file has none.
   * @throws DatasetError a row has neither scores nor an error
   */
  async take(id: string | number): Promise<RecordScores | undefined> {
    const wanted = String(id);
    const earlier = this.#skipped.get(wanted)?.shift();
    if (earlier !== undefined) return earlier;
    for (let next = await this.#next(); next !== undefined; next = await this.#next()) {
      const [found, scores] = next;
      if (found === wanted) return scores;
      const list = this.#skipped.get(found);
      if (list === undefined) this.#skipped.set(found, [scores]);
      else list.push(scores);
    }
    return undefined;
  }

  /**
   * Passes over the error that our own score files hold in place of a row that is no record. Scores stay: such a row goes by
   * its line number, which may be the id of another record.
   */
  async passError(id: string | number): Promise<void> {
    const wanted = String(id);
    const earlier = this.#skipped.get(wanted);
    if (earlier?.[0]?.hasFailed === true) {
      earlier.shift();
      return;
    }
    const next = await this.#next();
    if (next?.[0] !== wanted || !next[1].hasFailed) this.#ahead = next;
  }

  /** Closes the file, which need not have been read to its end. */
  async close(): Promise<void> {
    await this.#rows.return?.();
  }

  async #next(): Promise<IdentifiedScores | undefined> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead !== undefined) return ahead;
    const next = await this.#rows.next();
    return next.done === true ? undefined : next.value;
  }
}

async function* scoreRows(path: string): AsyncIterable<IdentifiedScores> {
  for await (const { line, value, error } of (await openDataset(path)).rows()) {
    if (error !== undefined) throw error;
    const columns = isColumnar(value) ? columnar.safeParse(value) : undefined;
    if (columns?.success === true) yield* columnScores(columns.data);
    else yield [String(identified.safeParse(value).data?.id ?? line), parseScores(value, line, path)];
  }
}

function isColumnar(value: unknown): boolean {
  return typeof value === "object" && value !== null && "id" in value && Array.isArray(value.id);
}

function* columnScores({ id, ...columns }: z.infer<typeof columnar>): Iterable<IdentifiedScores> {
  for (const [index, recordId] of id.entries()) {
    const row = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values?.[index]]));
    yield [String(recordId), parseScores(row, index, "the score columns")];
  }
}

/** Looks at the names of fields first: a schema that refuses a row costs far more than one that takes it. */
function parseScores(value: unknown, line: number, path: string): RecordScores {
  const failure = hasFields(value, ["error"]) ? failed.safeParse(value) : undefined;
  if (failure?.success === true) {
    return { hasFailed: true, candidates: [], failure: failure.data.error.message };
  }
  for (const { fields, schema } of CANDIDATE_FORMS) {
    const candidates = hasFields(value, fields) ? schema.safeParse(value) : undefined;
    if (candidates?.success === true) return { hasFailed: false, candidates: candidates.data };
  }
  const margin = compared.safeParse(value);
  if (margin.success) return { hasFailed: false, margin: margin.data };
  throw unreadable(
    `Line ${line + 1} of ${path} holds no scores. Expected {"id", "chosen": {"reward"}, "rejected": {"reward"}}, ` +
      '{"id", "results": [{"reward"}, …]}, numbers in their place, or {"id", "error"}.',
  );
}

function hasFields(value: unknown, fields: readonly string[]): boolean {
  return typeof value === "object" && value !== null && fields.every((field) => field in value);
}
