import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openDataset } from "../../../../lib/data/dataset/index.js";
import { readRecord } from "../../../../lib/data/records/read-records.js";
import type { DataFile } from "../../../../lib/formats/data-stream.js";
import { cutShards, type ShardDraft } from "../../../../lib/serve/jobs/shard/cut-shards.js";
import { recordsOfShard } from "../../../../lib/serve/jobs/shard/records-of-shard.js";
import { toLines } from "../../../cli/cli.js";
import { temporaryFolder } from "../../../support/fixtures.js";

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});

async function open(files: Readonly<Record<string, string>>): Promise<readonly DataFile[]> {
  await mkdir(join(folder, "data"), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, "data", name), text);
  return (await openDataset(join(folder, "data"))).files;
}

async function cut(files: readonly DataFile[], chunk: number): Promise<ShardDraft[]> {
  const shards: ShardDraft[] = [];
  for await (const shard of cutShards(files, chunk, undefined)) shards.push(shard);
  return shards;
}

async function read(files: readonly DataFile[], draft: ShardDraft): Promise<unknown[]> {
  const file = files[draft.file];
  if (file === undefined) throw new Error("no file");
  const ids: unknown[] = [];
  const shard = { ...draft, index: 0, id: "0".repeat(32) };
  for await (const { id, error } of recordsOfShard(shard, file, undefined)) ids.push(error?.code ?? id);
  return ids;
}

const answers = (prompt: string, count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({ prompt, response: `${index}` }));

describe("shards", () => {
  it("keep neighbours with one prompt together, up to twice the size that was asked for", async () => {
    const records = [...answers("a", 3), ...answers("b", 4), ...answers("c", 9), ...answers("d", 1)];
    const files = await open({ "train.jsonl": toLines(records) });
    const shards = await cut(files, 2);
    expect(shards.map(({ records: count }) => count)).toEqual([3, 4, 4, 4, 2]);
  });

  it("tell prompts apart by what stands beside the messages, too", async () => {
    const withTools = (tools: unknown): object => ({ prompt: "a", response: "b", tools });
    const tool = { type: "function", function: { name: "f" } };
    const files = await open({ "train.jsonl": toLines([withTools([]), withTools([]), withTools([tool])]) });
    expect((await cut(files, 1)).map(({ records }) => records)).toEqual([2, 1]);
  });

  it("hold every record once, with the line it has in the whole, across files and bad lines", async () => {
    const files = await open({
      "train-0.jsonl": `${toLines(answers("a", 3))}\n{"prompt":"no answer"}\n{\n\n`,
      "train-1.jsonl": toLines(answers("b", 5)),
    });
    const dataset = await openDataset(join(folder, "data"));
    const whole: unknown[] = [];
    for await (const row of dataset.rows()) {
      const { id, error } = readRecord(row);
      whole.push(error?.code ?? id);
    }
    for (const chunk of [1, 2, 3, 100]) {
      const shards = await cut(files, chunk);
      const parts = await Promise.all(shards.map((shard) => read(files, shard)));
      expect(parts.flat()).toEqual(whole);
      expect(parts.map(({ length }) => length)).toEqual(shards.map(({ records }) => records));
    }
  });

  it("are the same for other spacing and order of keys, and others for another text or id", async () => {
    const digestOf = async (text: string): Promise<string | undefined> => {
      const [shard] = await cut(await open({ "train.jsonl": text }), 10);
      return shard?.digest;
    };
    const digest = await digestOf('{"id":1,"prompt":"a","response":"b"}\n');
    expect(await digestOf('{ "response": "b", "prompt": "a", "id": 1 }')).toBe(digest);
    expect(await digestOf('{"id":1,"prompt":"a","response":"c"}\n')).not.toBe(digest);
    expect(await digestOf('{"id":2,"prompt":"a","response":"b"}\n')).not.toBe(digest);
    expect(await digestOf('{"id":"1","prompt":"a","response":"b"}\n')).not.toBe(digest);
  });

  it.each([
    [
      "another text",
      toLines([
        { prompt: "a", response: "0" },
        { prompt: "a", response: "x" },
      ]),
    ],
    ["a line less", toLines(answers("a", 1))],
    ["nothing", ""],
  ])("are refused where the file has %s", async (_, text) => {
    const [shard] = await cut(await open({ "train.jsonl": toLines(answers("a", 2)) }), 10);
    if (shard === undefined) throw new Error("no shard");
    const files = await open({ "train.jsonl": text });
    await expect(read(files, shard)).rejects.toMatchObject({ code: "SHARD_INVALID" });
  });
});
