import { open, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { unreadable } from "../../formats/rows.js";
import { chooseFiles, type DatasetPart } from "./folder/choose-files.js";
import { readCard } from "./folder/dataset-card.js";
import { defaultSplits } from "./folder/default-splits.js";
import { walkFolder } from "./folder/walk-folder.js";
import { dataStream, type DataFile, type DataFormat } from "../../formats/data-stream.js";
import { firstVisible, isJsonLines } from "../../formats/json/text-form.js";
import { messageOf } from "../../util/caught.js";

const [OPEN_OBJECT, OPEN_LIST] = [0x7b, 0x5b];

const FORMAT_BY_ENDING: Readonly<Record<string, DataFormat>> = {
  jsonl: "jsonl",
  ndjson: "jsonl",
  json: "json",
  csv: "csv",
  tsv: "csv",
  parquet: "parquet",
};

/**
 * The data files behind a path: the file itself, or those of a folder by the rules of the Hub, in order of their names.
 * @throws DatasetError nothing there, no data file in the folder, several splits or configurations and none chosen, or none
 *   of the name
 */
export async function findDataFiles(path: string, part: DatasetPart = {}): Promise<DataFile[]> {
  let stats;
  try {
    stats = await stat(path);
  } catch (error) {
    throw unreadable(`No dataset at ${path}: ${messageOf(error)}.`, error);
  }
  if (!stats.isDirectory()) {
    checkPartOfFile(path, part);
    return [await describe(path, basename(path))];
  }
  const names = await list(path);
  const data = names.filter(isDataFileName);
  // A table beside the data is often about it; alone, it is the data.
  const paths = data.length > 0 ? data : names.filter((name) => formatOf(name) === "csv");
  const chosen = chooseFiles(paths, await readCard(path), part, path);
  const files: DataFile[] = [];
  for (const name of chosen) {
    try {
      files.push(await describe(join(path, name), name));
    } catch (error) {
      throw unreadable(`${join(path, name)} cannot be read: ${messageOf(error)}.`, error);
    }
  }
  return files;
}

async function list(folder: string): Promise<string[]> {
  try {
    return await walkFolder(folder);
  } catch (error) {
    throw unreadable(`${folder} cannot be looked through: ${messageOf(error)}.`, error);
  }
}

/** A file that is named itself is read whatever it is called, but not as a split that its name contradicts. */
function checkPartOfFile(path: string, { split, config }: DatasetPart): void {
  if (config !== undefined) throw unreadable(`${path} is a file, so there is no configuration to choose.`);
  if (split === undefined) return;
  const splits = defaultSplits([basename(path)]);
  if (splits.has(split)) return;
  throw unreadable(
    `${path} is a file of the split ${[...splits.keys()].join(", ")}, not of "${split}". Leave out --split, or name the folder.`,
  );
}

/** Whether a file name ends like a data file of the Hub's kinds. */
export function isDataFileName(name: string): boolean {
  const format = formatOf(name);
  return format !== undefined && format !== "csv";
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
  const format = formatOf(name) ?? (await formatByContent({ path, isGzipped }, name));
  if (format !== "json") return { path, name, format, isGzipped };
  const isLines = await isJsonLines(dataStream({ path, isGzipped })).catch(() => false);
  return { path, name, format: isLines ? "jsonl" : "json", isGzipped };
}

/**
 * A name that tells nothing is that of JSON where the content begins like it.
 * @throws DatasetError it does not: one error says so, in place of one for every line
 */
async function formatByContent(
  file: Pick<DataFile, "path" | "isGzipped">,
  name: string,
): Promise<DataFormat> {
  const first = await firstCharacter(file).catch(() => undefined);
  if (first === OPEN_LIST) return "json";
  // What is empty or cannot be unpacked is told where it is read.
  if (first === OPEN_OBJECT || first === undefined) return "jsonl";
  throw unreadable(
    `${name} is no file of records: neither its name nor its first character says so. Expected .jsonl, .json, .csv, .tsv or .parquet, ` +
      "all but the last also as .gz.",
  );
}

async function firstCharacter(file: Pick<DataFile, "path" | "isGzipped">): Promise<number | undefined> {
  for await (const piece of dataStream(file)) {
    const at = firstVisible(piece);
    if (at >= 0) return piece[at];
  }
  return undefined;
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
