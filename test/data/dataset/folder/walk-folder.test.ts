import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDataset } from "../../../../lib/data/dataset/index.js";
import { walkFolder } from "../../../../lib/data/dataset/folder/walk-folder.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "llama-reward-folder-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function lay(name: string, paths: readonly string[], content = '{"n":1}\n'): Promise<string> {
  const place = join(folder, name);
  for (const path of paths) {
    await mkdir(dirname(join(place, path)), { recursive: true });
    await writeFile(join(place, path), content);
  }
  return place;
}

async function valuesOf(path: string): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const { value, error } of (await openDataset(path)).rows()) values.push(error?.code ?? value);
  return values;
}

describe("a folder of data", () => {
  it("is read without hidden files and notes of tools", async () => {
    const place = await lay("notes", [
      "part.jsonl",
      ".ipynb_checkpoints/part-checkpoint.jsonl",
      ".cache/huggingface/old.jsonl",
      ".git/index.json",
      "._part.jsonl",
      "__MACOSX/._part.jsonl",
      "__pycache__/x.json",
      "dataset_infos.json",
      "deep/dataset_info.json",
      "state.json",
      "config.json",
      "part.jsonl.lock",
    ]);
    expect(await valuesOf(place)).toEqual([{ n: 1 }]);
  });

  it("may lie in a hidden folder itself, and a hidden file is read when it is named", async () => {
    const place = await lay(".cache/__inner", ["part.jsonl", ".hidden.jsonl", "config.json"]);
    expect(await valuesOf(place)).toEqual([{ n: 1 }]);
    expect(await valuesOf(join(place, ".hidden.jsonl"))).toEqual([{ n: 1 }]);
    expect(await valuesOf(join(place, "config.json"))).toEqual([{ n: 1 }]);
  });

  it("may hold links, as the Hub's cache does, and loops of them end", async () => {
    const blobs = await lay("blobs", ["aa11"]);
    const place = await lay("linked", ["x/real.jsonl"]);
    await symlink(join(blobs, "aa11"), join(place, "link.jsonl"));
    await symlink(place, join(place, "x", "loop"));
    await symlink("..", join(place, "x", "up"));
    await symlink(join(place, "x"), join(place, "again"));
    expect(await walkFolder(place)).toEqual(["link.jsonl", "x/real.jsonl"]);
    expect(await valuesOf(place)).toEqual([{ n: 1 }, { n: 1 }]);
  });

  it("is refused by the name of a file whose link leads nowhere", async () => {
    const place = await lay("broken", ["a.jsonl"]);
    await symlink(join(folder, "nowhere"), join(place, "b.jsonl"));
    await expect(openDataset(place)).rejects.toMatchObject({
      code: "DATASET_INVALID",
      message: expect.stringContaining("b.jsonl cannot be read") as string,
    });
  });

  it("is refused where a JSON and a Parquet file seem to be the same records", async () => {
    const place = await lay("formats", [
      "train.jsonl",
      "train-00000-of-00001.parquet",
      "test.parquet",
      "test-2.jsonl",
    ]);
    await expect(openDataset(place, { split: "train" })).rejects.toThrow(
      /train\.jsonl and train-00000-of-00001\.parquet in .* the same records twice/,
    );
    expect((await openDataset(place, { split: "test" })).files).toHaveLength(2);
  });

  it("is refused where its card cannot be read", async () => {
    const place = await lay("card", ["a.jsonl"]);
    for (const card of [
      "configs: [",
      "configs: 3",
      "configs:\n- data_files: x",
      "configs:\n- config_name: a\n  data_files: {a: b}",
    ]) {
      await writeFile(join(place, "README.md"), `---\n${card}\n---\n`);
      await expect(openDataset(place), card).rejects.toMatchObject({ code: "DATASET_INVALID" });
    }
    await writeFile(
      join(place, "README.md"),
      "---\nconfigs:\n- config_name: a\n  data_files: missing.jsonl\n---\n",
    );
    await expect(openDataset(place)).rejects.toThrow(/no file missing\.jsonl/);
  });
});

describe("a file that is named itself", () => {
  it("is not read as a split that its name contradicts, and has no configuration", async () => {
    const place = await lay("named", ["test.jsonl", "own.jsonl"]);
    const test = join(place, "test.jsonl");
    expect((await openDataset(test, { split: "test" })).files).toHaveLength(1);
    await expect(openDataset(test, { split: "train" })).rejects.toThrow(/of the split test, not of "train"/);
    expect((await openDataset(join(place, "own.jsonl"), { split: "train" })).files).toHaveLength(1);
    await expect(openDataset(test, { config: "x" })).rejects.toThrow(/no configuration/);
  });
});
