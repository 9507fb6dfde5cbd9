import { unreadable } from "../../../formats/rows.js";
import type { DatasetConfig } from "./dataset-card.js";
import { defaultSplits, type Splits } from "./default-splits.js";
import { globExpression, isGlob } from "./glob.js";
import { isNote } from "./passed-over.js";

/** Which part of a folder or of a dataset of the Hub to read. */
export interface DatasetPart {
  /** Needed where there are several. */
  split?: string | undefined;
  /** Configuration that the dataset's card describes; needed where there are several and none is the default. */
  config?: string | undefined;
}

/**
 * Chooses the files to read by the rules of the Hub, for folders and for listings alike: two splits, or two configurations,
 * are never mixed.
 * @param paths relative paths of files that can be read, without hidden ones, in order
 * @param configs what the dataset's card states; empty where it states nothing
 * @param place the dataset, for errors
 * @throws DatasetError several splits or configurations and none chosen, or no such one: lists those there are
 */
export function chooseFiles(
  paths: readonly string[],
  configs: readonly DatasetConfig[],
  { split, config }: DatasetPart,
  place: string,
): readonly string[] {
  const chosen = chooseConfig(configs, config, place);
  const where =
    chosen === undefined || configs.length === 1 ? place : `configuration ${chosen.name} of ${place}`;
  const splits = splitsOf(paths, chosen, where);
  const files = ofSplit(splits, split, where);
  if (files.length === 0) {
    const inSplit = split === undefined ? "" : `the split "${split}" of `;
    throw unreadable(`No .jsonl, .json or .parquet file (plain or .gz) in ${inSplit}${where}.`);
  }
  return withoutCopies(files, where);
}

function chooseConfig(
  configs: readonly DatasetConfig[],
  wanted: string | undefined,
  place: string,
): DatasetConfig | undefined {
  const names = configs.map(({ name }) => name).join(", ");
  if (wanted !== undefined) {
    const found = configs.find(({ name }) => name === wanted);
    if (found !== undefined || (configs.length === 0 && wanted === "default")) return found;
    const there = names === "" ? "its card describes none" : `choose one of ${names}`;
    throw unreadable(`${place} has no configuration "${wanted}": ${there}.`);
  }
  if (configs.length <= 1) return configs[0];
  const defaults = configs.filter(({ isDefault }) => isDefault);
  if (defaults.length === 1) return defaults[0];
  throw unreadable(`${place} has several configurations: choose one of ${names} with --config.`);
}

function splitsOf(paths: readonly string[], config: DatasetConfig | undefined, where: string): Splits {
  const folder = config === undefined || config.folder === "" ? "" : `${config.folder}/`;
  const inside = paths.filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length));
  const splits =
    config?.patterns === undefined
      ? defaultSplits(inside.filter((path) => !isNote(path)))
      : new Map(
          [...config.patterns].map(
            ([split, patterns]) => [split, matching(inside, patterns, where)] as const,
          ),
        );
  return new Map([...splits].map(([split, files]) => [split, files.map((path) => folder + path)]));
}

/** Each file once, in the order of the patterns. */
function matching(paths: readonly string[], patterns: readonly string[], where: string): string[] {
  const found = new Set<string>();
  for (const pattern of patterns) {
    const expression = globExpression(pattern);
    const name = pattern.slice(pattern.lastIndexOf("/") + 1);
    const files = paths.filter(
      (path) =>
        expression?.test(path) === true && (!isNote(path) || path.endsWith(`/${name}`) || path === name),
    );
    if (expression === undefined || (files.length === 0 && !isGlob(pattern))) {
      throw unreadable(
        `${where} has no file ${pattern} that can be read, which its card names. Fetch it, or name a data file.`,
      );
    }
    for (const file of files) found.add(file);
  }
  return [...found];
}

function ofSplit(splits: Splits, wanted: string | undefined, where: string): readonly string[] {
  const names = [...splits.keys()].join(", ");
  if (wanted !== undefined) {
    const files = splits.get(wanted);
    if (files !== undefined) return files;
    throw unreadable(`${where} has no split "${wanted}": choose one of ${names}.`);
  }
  const [first = [], ...others] = splits.values();
  const isSame = (files: readonly string[]): boolean =>
    files.length === first.length && files.every((path, index) => path === first[index]);
  if (others.every(isSame)) return first;
  throw unreadable(`${where} has several splits: choose one of ${names} with --split.`);
}

/**
 * The same records in two formats would count twice. (Where formats are mixed, the Hub reads the more frequent one alone; here
 * nothing is dropped in silence.)
 */
function withoutCopies(files: readonly string[], where: string): readonly string[] {
  const isTable = (path: string): boolean => /\.parquet(?:\.gz)?$/i.test(path);
  const stem = (path: string): string => path.replace(/(?:-\d{5}-of-\d{5}[^/]*)?\.[a-z]+(?:\.gz)?$/i, "");
  const tables = new Map(files.filter(isTable).map((path) => [stem(path), path]));
  for (const path of files) {
    const copy = isTable(path) ? undefined : tables.get(stem(path));
    if (copy === undefined) continue;
    throw unreadable(
      `${path} and ${copy} in ${where} seem to be the same records twice. Name one of them, or move the other away.`,
    );
  }
  return files;
}
