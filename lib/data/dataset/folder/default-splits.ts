/** Paths of each split, in the order in which splits are named. */
export type Splits = ReadonlyMap<string, readonly string[]>;

/** The split that data without any belongs to. */
export const DEFAULT_SPLIT = "train";

/**
 * Words that name a split. Source of all rules here: datasets 5.2.0, `src/datasets/data_files.py`, and the Hub's page "File
 * names and splits" (docs/hub/datasets-file-names-and-splits).
 */
const KEYWORDS: readonly (readonly [split: string, words: readonly string[]])[] = [
  [DEFAULT_SPLIT, ["train", "training"]],
  ["validation", ["validation", "valid", "dev", "val"]],
  ["test", ["test", "testing", "eval", "evaluation"]],
];

/** What a word must stand between. */
const BOUNDARY = "[-._ 0-9]";

const SHARD_IN_DATA = /^data\/([^/]+)-\d{5}-of-\d{5}[^/]*$/;
const SHARD = /(?:^|\/)([^/]+)-\d{5}-of-\d{5}[^/]*$/;

/**
 * The splits that names of files and folders state, by the first rule that any path fits; a path that does not fit it belongs
 * to no split, as for the Hub:
 *
 * 1. shards in `data`, whatever their splits are called: `data/filtered-00000-of-00001.parquet`
 * 2. folders: `test/0.jsonl`, `en-test/…`
 * 3. file names: `train.jsonl`, `helpful-base/test.jsonl.gz`, `my_dev_set.json`
 * 4. not a rule of the Hub: shards elsewhere, as people download them, where they have several names
 * 5. else all files are `train`
 */
export function defaultSplits(paths: readonly string[]): Splits {
  const rules = [
    () => groupBy(paths, (path) => SHARD_IN_DATA.exec(path)?.slice(1, 2) ?? []),
    () => groupBy(paths, (path) => splitsOf(path.split("/").slice(0, -1), `(?:${BOUNDARY}|$)`)),
    () => groupBy(paths, (path) => splitsOf(path.split("/").slice(-1), BOUNDARY)),
    () => shardsElsewhere(paths),
  ];
  for (const rule of rules) {
    const splits = rule();
    if (splits.size > 0) return splits;
  }
  return new Map([[DEFAULT_SPLIT, paths]]);
}

/** Without these, `raw-00000-of-00001.jsonl` and `filtered-00000-of-00001.jsonl` would be one dataset. */
function shardsElsewhere(paths: readonly string[]): Splits {
  const splits = groupBy(paths, (path) => SHARD.exec(path)?.slice(1, 2) ?? []);
  if (splits.size > 1) return splits;
  // One name for all may be a split's or not: it goes by that name and by the Hub's.
  return paths.every((path) => SHARD.test(path)) ? new Map([[DEFAULT_SPLIT, paths], ...splits]) : new Map();
}

function splitsOf(names: readonly string[], end: string): string[] {
  const isNamed = (words: readonly string[]): boolean => {
    const expression = new RegExp(`(?:^|${BOUNDARY})(?:${words.join("|")})${end}`);
    return names.some((name) => expression.test(name));
  };
  return KEYWORDS.filter(([, words]) => isNamed(words)).map(([split]) => split);
}

/** Known splits first, then the others by name. */
function groupBy(paths: readonly string[], splitsOfPath: (path: string) => readonly string[]): Splits {
  const found = new Map<string, string[]>();
  for (const path of paths) {
    for (const split of splitsOfPath(path)) {
      const group = found.get(split);
      if (group === undefined) found.set(split, [path]);
      else group.push(path);
    }
  }
  const known = KEYWORDS.map(([split]) => split);
  const rank = (split: string): number => (known.includes(split) ? known.indexOf(split) : known.length);
  return new Map([...found].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)));
}
