import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDataset, writeDataset, type OutputRecord } from "../../../lib/data/dataset/index.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "llama-reward-write-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const message = (content: string): OutputRecord => ({ role: "user", content });

describe("writeDataset", () => {
  it.each(["out.jsonl", "out.jsonl.gz", "out.parquet"])("writes %s so that it reads back", async (name) => {
    const records = Array.from({ length: 2500 }, (_, index) => ({
      id: `r${index}`,
      prompt: [message(`Frage ${index} ä`), message("")],
      margin: index / 7,
      isGood: index % 2 === 0,
      list: Array.from({ length: index % 3 }, (__, n) => n),
    }));
    const path = join(folder, name);
    await writeDataset(path, records);
    const values: unknown[] = [];
    for await (const { value } of (await openDataset(path)).rows()) values.push(value);
    expect(values).toEqual(records);
  });

  it("leaves no file under the final name when the records break off", async () => {
    async function* broken(): AsyncGenerator<OutputRecord> {
      yield { a: 1 };
      await Promise.resolve();
      throw new Error("power cut");
    }
    for (const name of ["broken.jsonl", "broken.parquet"]) {
      await expect(writeDataset(join(folder, name), broken())).rejects.toThrow("power cut");
      expect((await readdir(folder)).filter((file) => file.startsWith(name))).toEqual([]);
    }
  });

  it("refuses shapes that one Parquet column cannot hold", async () => {
    const write = (records: OutputRecord[]): Promise<void> =>
      writeDataset(join(folder, "x.parquet"), records);
    await expect(write([{ a: 1 }, { a: "1" }])).rejects.toThrow(/record\.a holds a number .* text/);
    await expect(write([])).rejects.toThrow(/no record to write/);
    const late = [...Array.from({ length: 1000 }, () => ({ a: 1 })), { a: 1, b: 2 }];
    await expect(write(late)).rejects.toThrow(/Column record\.b,/);
  });

  it.each<[string, unknown, unknown]>([
    ["a", 1, "1"],
    ["a", "1", 1],
    ["a", null, 1],
    ["a[]", [], [{ b: "" }]],
    ["a[].b", [{ b: "" }], [{ b: 1 }]],
    ["a[].c", [{ b: "" }], [{ b: "", c: "" }]],
  ])("refuses to lose what a later record holds in %s", async (column, usual, odd) => {
    const records = Array.from({ length: 1200 }, (_, index) => ({ a: index < 1100 ? usual : odd }));
    await expect(writeDataset(join(folder, "late.parquet"), records)).rejects.toMatchObject({
      code: "DATASET_INVALID",
      message: expect.stringContaining(`Column record.${column},`) as string,
    });
    expect((await readdir(folder)).filter((file) => file.startsWith("late"))).toEqual([]);
  });
});
