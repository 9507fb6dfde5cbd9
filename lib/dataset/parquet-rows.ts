import { TextDecoder } from "node:util";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, type AsyncBuffer } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { dataStream, type DataFile } from "./data-file.js";
import { messageOf, unreadable, type DatasetRows } from "./dataset-row.js";
import { exactIds } from "./parquet-ids.js";

/** What a text that is not UTF-8 becomes: no layout accepts it as a string, so its row is refused by name. */
export class InvalidText {
  readonly problem = "text that is not valid UTF-8";
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** hyparquet would silently replace the bad bytes, and the changed text would be scored. */
function decodeText(bytes: Uint8Array | undefined): string | InvalidText | undefined {
  if (bytes === undefined) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return new InvalidText();
  }
}

/** Opens a Parquet file on disk. A gzipped one is unpacked in memory: its reader jumps to and fro. */
export async function parquetFile(file: DataFile): Promise<AsyncBuffer> {
  if (!file.isGzipped) return asyncBufferFromFile(file.path);
  const chunks: Uint8Array[] = [];
  for await (const chunk of dataStream(file)) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks)).buffer;
}

/**
 * Rows of a Parquet file, one row group in memory at a time. A row group that cannot be decoded gives one error, at its
 * first row, and the others still come.
 * @throws DatasetError no Parquet file, or one without its end: the table of contents is written last
 */
export async function* readParquetRows(file: AsyncBuffer): DatasetRows {
  let metadata;
  try {
    metadata = await parquetMetadataAsync(file);
  } catch (error) {
    throw unreadable(
      `The file is no complete Parquet file: ${messageOf(error)}. A download that broke off looks like this; fetch it again.`,
      error,
    );
  }
  const ids = exactIds(metadata);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    try {
      const rows = await parquetReadObjects({
        file,
        metadata: ids.metadata,
        rowStart,
        rowEnd,
        compressors,
        parsers: { stringFromBytes: decodeText },
      });
      for (const [offset, row] of rows.entries()) {
        if ("id" in row) row["id"] = ids.idOf(row["id"]);
        yield { line: rowStart + offset, value: withNumbers(row) };
      }
    } catch (error) {
      yield {
        line: rowStart,
        error: unreadable(`Rows ${rowStart} to ${rowEnd - 1} cannot be decoded: ${messageOf(error)}.`, error),
      };
    }
    rowStart = rowEnd;
  }
}

/** 64-bit integers come as BigInt; records hold plain numbers where these are exact. */
function withNumbers(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, withNumbers(entry)]));
  }
  return value;
}
