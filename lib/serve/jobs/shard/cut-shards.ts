import { readRecord } from "../../../data/records/read-records.js";
import type { RecordEntry } from "../../../data/records/record.js";
import { FILE_START, placedRows, type RowPlace } from "../../../data/dataset/placed-rows.js";
import type { DataFile } from "../../../formats/data-stream.js";
import { orderedJson } from "../../../formats/json/canonical-json.js";
import { asRequest } from "../../../score/conversation/conversation.js";
import { RecordsDigest } from "./records-digest.js";
import type { ShardRef } from "./shard-ref.js";

/** A shard that has no name yet. */
export type ShardDraft = Omit<ShardRef, "id" | "index">;

/** Records that share one prompt may make a shard so many times as large, not more. */
const LARGEST = 2;

/**
 * Cuts a dataset into shards of about `chunk` records: none between neighbours with the same prompt, and none across files. Holds one
 * record at a time.
 * @throws `signal.reason`
 */
export async function* cutShards(
  files: readonly DataFile[],
  chunk: number,
  signal: AbortSignal | undefined,
): AsyncIterable<ShardDraft> {
  let offset = 0;
  for (const [file, dataFile] of files.entries()) {
    let lines = 0;
    let open: OpenShard | undefined;
    for await (const { row, place } of placedRows(dataFile, FILE_START, signal)) {
      const entry = readRecord({ ...row, line: offset + row.line });
      if (open?.endsBefore(entry, chunk) === true) {
        yield open.close({ file, offset });
        open = undefined;
      }
      open ??= new OpenShard(place);
      open.add(entry);
      lines = row.line + 1;
    }
    if (open !== undefined) yield open.close({ file, offset });
    offset += lines;
  }
}

class OpenShard {
  readonly #digest = new RecordsDigest();
  #records = 0;
  #last: RecordEntry | undefined;

  constructor(readonly place: RowPlace) {}

  add(entry: RecordEntry): void {
    this.#digest.add(entry);
    this.#records++;
    this.#last = entry;
  }

  endsBefore(entry: RecordEntry, chunk: number): boolean {
    if (this.#records < chunk) return false;
    return this.#records >= LARGEST * chunk || !sharePrompt(this.#last, entry);
  }

  close(file: Pick<ShardDraft, "file" | "offset">): ShardDraft {
    const { line, byte } = this.place;
    const place = byte === undefined ? { line } : { line, byte };
    return { ...file, ...place, records: this.#records, digest: this.#digest.digest() };
  }
}

function sharePrompt(a: RecordEntry | undefined, b: RecordEntry): boolean {
  const prompt = promptOf(b);
  return prompt !== undefined && a !== undefined && promptOf(a) === prompt;
}

/** What stands in front of a record's first answer; undefined for a record that cannot be read. */
function promptOf({ record }: RecordEntry): string | undefined {
  const [conversation] = record?.conversations ?? [];
  if (conversation === undefined) return undefined;
  const { messages, steps, ...context } = asRequest(conversation);
  const turns = steps === undefined || steps === null ? messages.slice(0, -1) : messages;
  return orderedJson([turns, context]);
}
