import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { messageOf, unreadable } from "./dataset-row.js";
import { gunzip } from "./gunzip.js";
import { isJsonLines } from "./text-form.js";

/** How a data file is written. */
export type DataFormat = "jsonl" | "json" | "parquet";

/** One file of a dataset. */
export interface DataFile {
  path: string;
  /** Name to show: relative to the folder that was asked for. */
  name: string;
  format: DataFormat;
  isGzipped: boolean;
}

const FORMAT_BY_ENDING: Readonly<Record<string, DataFormat>> = {
  jsonl: "jsonl",
  ndjson: "jsonl",
  json: "json",
  parquet: "parquet",
};

/** Bytes read at once. */
const PIECE_BYTES = 1 << 18;
/** Gzip unpacks to at most a thousand times as much. */
const PACKED_PIECE_BYTES = 1 << 14;

/** Split of a file as the Hub names them: `data/filtered-00000-of-00001.parquet` belongs to `filtered`. */
const SHARD_NAME = /^(.+?)-\d{5}-of-\d{5}(?:-[0-9a-f]+)?\./;

/**
 * The data files behind a path: the file itself, or every data file below a folder, in order of their names.
 * @param split takes only the files of this split, where the folder names splits
 * @throws DatasetError nothing there, no data file in the folder, or several splits and none chosen
 */
export async function findDataFiles(path: string, split?: string): Promise<DataFile[]> {
  let stats;
  try {
    stats = await stat(path);
  } catch (error) {
    throw unreadable(`No dataset at ${path}: ${messageOf(error)}.`, error);
  }
  if (stats.isFile()) return [await describe(path, basename(path))];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const found: DataFile[] = [];
  for (const entry of entries.filter(({ name }) => isDataFileName(name))) {
    const file = join(entry.parentPath, entry.name);
    found.push(await describe(file, relative(path, file)));
  }
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (found.length === 0) {
    throw unreadable(`No .jsonl, .json or .parquet file (plain or .gz) in ${path}.`);
  }
  return ofSplit(found, path, split);
}

function ofSplit(files: readonly DataFile[], path: string, split: string | undefined): DataFile[] {
  const splits = new Set(files.map(({ name }) => splitOfName(name)).filter((name) => name !== undefined));
  if (splits.size <= 1 && split === undefined) return [...files];
  const chosen = files.filter(({ name }) => splitOfName(name) === split);
  if (split === undefined || chosen.length === 0) {
    const problem = split === undefined ? "has several splits" : `has no split "${split}"`;
    throw unreadable(`${path} ${problem}: choose one of ${[...splits].join(", ") || "its files by name"}.`);
  }
  return chosen;
}

/** The split a file name states, if any. */
export function splitOfName(name: string): string | undefined {
  return SHARD_NAME.exec(basename(name))?.[1];
}

/** Whether a file name ends like a data file. */
export function isDataFileName(name: string): boolean {
  return formatOf(name) !== undefined;
}

function formatOf(name: string): DataFormat | undefined {
  const ending = /\.([a-z]+)$/i.exec(name.replace(/\.gz$/i, ""))?.[1]?.toLowerCase();
  return ending === undefined ? undefined : FORMAT_BY_ENDING[ending];
}

/** Content decides where it can: gzip and Parquet carry marks, and a `.json` file may hold lines. */
async function describe(path: string, name: string): Promise<DataFile> {
  const isGzipped = await startsWith(path, [0x1f, 0x8b]);
  if (!isGzipped && (await startsWith(path, [...Buffer.from("PAR1")]))) {
    return { path, name, format: "parquet", isGzipped };
  }
  const format = formatOf(name) ?? "jsonl";
  if (format !== "json") return { path, name, format, isGzipped };
  const isLines = await isJsonLines(dataStream({ path, isGzipped })).catch(() => false);
  return { path, name, format: isLines ? "jsonl" : "json", isGzipped };
}

/**
 * The bytes of a data file, unpacked.
 * @throws `signal.reason` between two pieces
 */
export async function* dataStream(
  { path, isGzipped }: Pick<DataFile, "path" | "isGzipped">,
  signal?: AbortSignal,
): AsyncIterable<Uint8Array> {
  const bytes = isGzipped
    ? gunzip(createReadStream(path, { highWaterMark: PACKED_PIECE_BYTES }))
    : createReadStream(path, { highWaterMark: PIECE_BYTES });
  for await (const piece of bytes as AsyncIterable<Uint8Array>) {
    signal?.throwIfAborted();
    yield piece;
  }
}

async function startsWith(path: string, mark: readonly number[]): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(mark.length), 0, mark.length, 0);
    return bytesRead === mark.length && mark.every((byte, index) => buffer[index] === byte);
  } finally {
    await handle.close();
  }
}
