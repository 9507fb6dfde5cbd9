import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { unreadable } from "../../../formats/rows.js";
import { messageOf } from "../../../util/caught.js";
import { zodProblems } from "../../../util/zod-problems.js";

/** Files of a dataset that may describe its configurations, the later ones in place of the earlier ones' fields. */
export const CARD_FILES = ["README.md", ".huggingface.yaml"] as const;

/** One way to read a dataset, as its card describes it; the Hub's pages call it a subset. */
export interface DatasetConfig {
  name: string;
  isDefault: boolean;
  /** Folder that everything of it is relative to; empty for the dataset's own. */
  folder: string;
  /** Patterns of the files of each split; without them the names say which split a file belongs to. */
  patterns?: ReadonlyMap<string, readonly string[]> | undefined;
}

const name = z.union([z.string(), z.number()]).transform(String);
const paths = z.union([z.string().transform((path) => [path]), z.array(z.string())]);
const dataFiles = z.union([
  paths.transform((list): [string, string[]][] => [["train", list]]),
  z.array(
    z
      .strictObject({ split: name, path: paths })
      .transform(({ split, path }): [string, string[]] => [split, path]),
  ),
]);
const config = z.looseObject({
  config_name: name,
  data_files: dataFiles.nullish(),
  data_dir: z.string().nullish(),
  default: z.boolean().nullish(),
});
const card = z.looseObject({ configs: z.array(config).nullish() });

/**
 * The configurations that the card in a folder states in its YAML part; none without a card.
 * Source: datasets 5.2.0, `src/datasets/utils/metadata.py`, `MetadataConfigs`.
 * @throws DatasetError the YAML is broken, or `configs` is not what the Hub documents: which files belong together is unknown
 */
export async function readCard(folder: string): Promise<DatasetConfig[]> {
  const [readme, standalone] = await Promise.all(
    CARD_FILES.map((file) => readFile(join(folder, file), "utf8").catch(() => undefined)),
  );
  let fields: z.infer<typeof card>;
  try {
    fields = card.parse({ ...parseYaml(frontMatter(readme ?? "")), ...parseYaml(standalone ?? "") });
  } catch (error) {
    throw unreadable(
      `The card in ${folder} (${CARD_FILES.join(", ")}) does not say which files belong together: ${problem(error)}. Name a ` +
        "data file, or correct the card.",
      error,
    );
  }
  return (fields.configs ?? []).map(
    ({ config_name: name, data_files: files, data_dir: folder, default: isDefault }) => ({
      name,
      isDefault: isDefault === true || name === "default",
      folder: (folder ?? "").replace(/^(?:\.\/)+|\/+$/g, ""),
      patterns: files === null || files === undefined ? undefined : merged(files),
    }),
  );
}

function merged(files: readonly (readonly [string, readonly string[]])[]): Map<string, readonly string[]> {
  const patterns = new Map<string, readonly string[]>();
  for (const [split, list] of files) patterns.set(split, [...(patterns.get(split) ?? []), ...list]);
  return patterns;
}

/** The part of a Markdown file between two lines of three dashes, if it starts with one. */
function frontMatter(markdown: string): string {
  const lines = markdown.replace(/^\uFEFF/, "").split(/\r?\n/);
  const end = lines.indexOf("---", 1);
  return lines[0] === "---" && end > 0 ? lines.slice(1, end).join("\n") : "";
}

/** As YAML 1.1, which PyYAML reads. Anything but a mapping states nothing. */
function parseYaml(text: string): object {
  const value: unknown = parse(text, { version: "1.1", logLevel: "error" });
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function problem(error: unknown): string {
  return error instanceof z.ZodError ? zodProblems(error, "card").join("; ") : messageOf(error);
}
