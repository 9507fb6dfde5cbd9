import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDataset, type DatasetOptions } from "../../../../lib/data/dataset/index.js";
import { temporaryFolder } from "../../../support/fixtures.js";

/** What the Python library makes of a folder: written by `test/reference/dataset-folders.py`. */
interface Layout {
  paths: string[];
  card?: string;
  /** Files by split, by configuration; missing where the library refuses the folder. */
  configs?: Record<string, Record<string, string[]>>;
  default?: string | null;
}

const { folders, datasets } = JSON.parse(
  await readFile(join(import.meta.dirname, "folders.json"), "utf8"),
) as { folders: Layout[]; datasets: string };

async function lay({ paths, card }: Layout): Promise<string> {
  const folder = await temporaryFolder();
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), "");
  }
  if (card !== undefined) await writeFile(join(folder, "README.md"), `---\n${card}\n---\n# A dataset\n`);
  return folder;
}

/** Names of the files, or the names that the refusal offers. */
async function chosen(folder: string, options: DatasetOptions): Promise<string[] | { choices: string }> {
  try {
    return (await openDataset(folder, options)).files.map(({ name }) => name).sort();
  } catch (error) {
    expect(error).toMatchObject({ code: "DATASET_INVALID" });
    return { choices: /choose one of (.*?)(?: with --\w+)?\.$/.exec((error as Error).message)?.[1] ?? "" };
  }
}

/** Shards outside `data` whose names differ: the library mixes them, which may be two splits. */
function haveShardNames({ paths }: Layout): boolean {
  const names = paths.map((path) => /([^/]+)-\d{5}-of-\d{5}/.exec(path)?.[1]);
  return new Set(names.filter((name) => name !== undefined)).size > 1;
}

describe(`folders, as datasets ${datasets} reads them`, () => {
  it("are at least a hundred", () => {
    expect(folders.filter(({ configs }) => configs !== undefined).length).toBeGreaterThan(100);
  });

  it.each(folders.map((layout) => [`${layout.paths.join(", ")} ${layout.card ?? ""}`, layout] as const))(
    "%s",
    async (_, layout) => {
      const folder = await lay(layout);
      const { configs } = layout;
      if (configs === undefined) {
        // A name that no split may have there: here it is one, and never mixed with others.
        await chosen(folder, {});
        return;
      }
      const names = Object.keys(configs);
      const byDefault =
        layout.card === undefined || names.length === 1 ? names[0] : (layout.default ?? undefined);
      if (byDefault === undefined) expect(await chosen(folder, {})).toEqual({ choices: names.join(", ") });
      for (const [name, splits] of Object.entries(configs)) {
        const config = layout.card?.includes("configs") === true ? name : undefined;
        const lists = Object.values(splits).map((files) => [...files].sort());
        const isMixed =
          config === undefined && Object.keys(splits).join() === "train" && haveShardNames(layout);
        for (const [split, files] of Object.entries(splits)) {
          const found = await chosen(folder, { split, config });
          if (isMixed && !Array.isArray(found)) continue;
          expect(found, split).toEqual([...files].sort());
          if (name === byDefault) expect(await chosen(folder, { split })).toEqual(found);
        }
        if (isMixed) continue;
        const isOne = lists.every((list) => JSON.stringify(list) === JSON.stringify(lists[0]));
        const expected = isOne ? lists[0] : { choices: Object.keys(splits).join(", ") };
        expect(await chosen(folder, { config })).toEqual(expected);
        expect(await chosen(folder, { config, split: "no-such" })).toEqual({
          choices: Object.keys(splits).join(", "),
        });
      }
    },
  );
});
