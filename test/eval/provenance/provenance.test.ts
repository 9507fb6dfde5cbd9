import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openDataset, type Dataset } from "../../../lib/data/dataset/index.js";
import { dataFiles, provenanceOf } from "../../../lib/eval/provenance/provenance.js";
import { temporaryFolder } from "../../support/fixtures.js";

it("names a file as its user does, and one of a folder below it, also where it is the only one", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "only.jsonl");
  await writeFile(file, "{}\n");
  const named = async (path: string): Promise<unknown> => dataFiles(await openDataset(path));
  expect(await named(file)).toEqual([{ role: "data", path: file, file }]);
  expect(await named(folder)).toEqual([{ role: "data", path: `${folder}/only.jsonl`, file }]);
  expect(await named(`${folder}/`)).toMatchObject([{ path: `${folder}/only.jsonl` }]);
});

it.each(["hub:owner/name", "https://huggingface.co/datasets/owner/name"])(
  "names the file of %s below it",
  (path) => {
    const dataset = {
      path,
      files: [{ path: "/cache/data/a.jsonl", name: "data/a.jsonl", format: "jsonl", isGzipped: false }],
    } as unknown as Dataset;
    expect(dataFiles(dataset)).toMatchObject([{ path: `${path}/data/a.jsonl`, file: "/cache/data/a.jsonl" }]);
  },
);

it("stops where a large file is hashed", async () => {
  const path = join(await temporaryFolder(), "large");
  await writeFile(path, Buffer.alloc(9 << 20));
  const reason = new Error("stopped");
  const stop = new AbortController();
  const hashing = provenanceOf([{ role: "data", path }], { signal: stop.signal });
  setImmediate(() => {
    stop.abort(reason);
  });
  await expect(hashing).rejects.toBe(reason);
});
