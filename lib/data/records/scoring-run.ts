import { InvalidArgumentError } from "../../errors.js";
import { canonicalJson } from "../../formats/json/canonical-json.js";
import { requireValue } from "../../util/collections.js";
import type { OutputJson } from "./output-record.js";
import { recordDigest } from "./record-digest.js";
import type { RecordEntry } from "./record.js";
import { checkSameRun, recordRun, runIdentity, type RunDescription } from "./same-run.js";
import type { DoneRecord, ScoreLog } from "./score-log.js";

/**
 * Scores of a dataset on their way into a log, so that a later run can go on with the same records, the same model and the same
 * options, and with nothing else: each line carries a digest of what made it.
 */
export class ScoringRun {
  readonly #log: ScoreLog;
  readonly #identity: string;
  /** Digests of the records that are under way, in order. */
  readonly #underWay: string[] = [];

  private constructor(log: ScoreLog, identity: string) {
    this.#log = log;
    this.#identity = identity;
  }

  /**
   * @param file `<out>.run.json`, which says in words what made the results
   * @throws InvalidArgumentError the log belongs to another run; FileError
   */
  static async begin(log: ScoreLog, file: string, run: RunDescription): Promise<ScoringRun> {
    if (log.done.length > 0) await checkSameRun(file, run);
    else await recordRun(file, run);
    return new ScoringRun(log, canonicalJson(runIdentity(run)));
  }

  /** Records that an earlier run has written. */
  get doneCount(): number {
    return this.#log.done.length;
  }

  /**
   * Skips the records that are done, and keeps in mind the others, which are to be appended in the same order.
   * @throws InvalidArgumentError the log was made from other records, by another model or with other options
   */
  async *pending(entries: AsyncIterable<RecordEntry>): AsyncIterable<RecordEntry> {
    const { done } = this.#log;
    let index = 0;
    for await (const entry of entries) {
      const digest = recordDigest(this.#identity, entry);
      const earlier = done[index];
      if (earlier === undefined) {
        this.#underWay.push(digest);
        yield entry;
      } else {
        checkSame(index, earlier, entry, digest);
      }
      index++;
    }
    if (index < done.length) {
      throw new InvalidArgumentError(
        `The output cannot be resumed: it has ${done.length} records, the input only ${index}. Choose another --out file.`,
      );
    }
  }

  /** Writes the result of the next pending record. @throws FileError */
  async append(line: OutputJson): Promise<void> {
    const digest = requireValue(this.#underWay, 0);
    void this.#underWay.shift();
    await this.#log.append({ ...line, digest });
  }
}

function checkSame(index: number, earlier: DoneRecord, { id }: RecordEntry, digest: string): void {
  const cannot = `The output cannot be resumed: its record ${index + 1}`;
  if (earlier.id !== id) {
    throw new InvalidArgumentError(
      `${cannot} has the id ${JSON.stringify(earlier.id)}, the input's ${JSON.stringify(id)}. Choose another --out file, or the ` +
        "input it was made from.",
    );
  }
  if (earlier.digest === digest) return;
  if (earlier.digest === undefined) {
    throw new InvalidArgumentError(
      `${cannot} does not say what it was made from (it has no "digest"). Choose another --out file.`,
    );
  }
  throw new InvalidArgumentError(
    `The interrupted run was another one: its record ${index + 1} (id ${JSON.stringify(id)}) was made from another text, by another ` +
      "model or with other options. Resume it with what it was made from, or choose another --out.",
  );
}
