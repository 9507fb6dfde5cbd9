import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { openDataset } from "../../../lib/data/dataset/index.js";
import { downloadDataset, hubDatasetId } from "../../../lib/data/dataset/hub-dataset.js";
import { temporaryFolder } from "../../support/fixtures.js";
import { startDatasetHub, type DatasetHub } from "./dataset-hub.js";

describe("downloadDataset", () => {
  let hub: DatasetHub;
  let hubUrl: string;
  beforeAll(async () => {
    hub = await startDatasetHub({
      "README.md": "# data",
      "data/raw-00000-of-00001.jsonl": '{"n":1}\n',
      "data/filtered-00000-of-00001.jsonl": '{"n":2}\n',
    });
    hubUrl = hub.url;
  });
  afterAll(() => {
    hub.close();
  });

  it("fetches the data files of a split, once", async () => {
    const cacheDir = join(await temporaryFolder(), "cache");
    const options = { hubUrl, cacheDir, split: "filtered" };
    const folder = await downloadDataset("owner/name", options);
    const rows: unknown[] = [];
    for await (const { value } of (await openDataset(folder, { split: "filtered" })).rows()) rows.push(value);
    expect(rows).toEqual([{ n: 2 }]);
    expect(new Set(hub.fetched)).toEqual(new Set(["README.md", "filtered-00000-of-00001.jsonl"]));
    hub.fetched.length = 0;
    expect(await downloadDataset("owner/name", options)).toBe(folder);
    expect(hub.fetched).toEqual([]);
  });

  it("takes what it fetched the last time when offline", async () => {
    const cacheDir = join(await temporaryFolder(), "cache");
    const folder = await downloadDataset("owner/name", { hubUrl, cacheDir, split: "raw" });
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    hub.fetched.length = 0;
    expect(await downloadDataset("owner/name", { hubUrl: "http://127.0.0.1:9", cacheDir })).toBe(folder);
    expect(hub.fetched).toEqual([]);
    await expect(downloadDataset("owner/other", { hubUrl, cacheDir })).rejects.toMatchObject({
      code: "DOWNLOAD_FAILED",
      message: expect.stringContaining("HF_HUB_OFFLINE") as string,
    });
  });

  it("says what to do when the dataset is not there", async () => {
    const cacheDir = await temporaryFolder();
    await expect(downloadDataset("owner/absent", { hubUrl, cacheDir })).rejects.toMatchObject({
      code: "DOWNLOAD_FAILED",
      message: expect.stringMatching(/owner\/absent could not be fetched.*HF_TOKEN/) as string,
    });
  });

  it("refuses to mix splits before it fetches any, and takes a folder of the dataset", async () => {
    const layout = await startDatasetHub({
      "train.jsonl": '{"n":1}\n',
      "test.jsonl": '{"n":2}\n',
      "extra/part.jsonl": '{"n":3}\n',
      ".git/test.jsonl": '{"n":4}\n',
    });
    onTestFinished(() => {
      layout.close();
    });
    const cacheDir = await temporaryFolder();
    const options = { hubUrl: layout.url, cacheDir };
    await expect(downloadDataset("owner/name", options)).rejects.toMatchObject({
      code: "DATASET_INVALID",
      message: "hub:owner/name has several splits: choose one of train, test with --split.",
    });
    await expect(downloadDataset("owner/name", { ...options, split: "dev" })).rejects.toThrow(
      /of train, test\.$/,
    );
    expect(layout.fetched).toEqual([]);
    await downloadDataset("owner/name", { ...options, split: "test" });
    const folder = await downloadDataset("owner/name/extra", options);
    expect(new Set(layout.fetched)).toEqual(new Set(["test.jsonl", "part.jsonl"]));
    expect((await openDataset(folder)).files.map(({ name }) => name)).toEqual(["part.jsonl"]);
  });

  it("reads the configuration that the card states", async () => {
    const card =
      "---\nconfigs:\n- config_name: a\n  data_files: a/*\n- config_name: b\n  data_files: b/*\n---\n";
    const layout = await startDatasetHub({
      "README.md": card,
      "a/1.jsonl": '{"n":1}\n',
      "b/2.jsonl": '{"n":2}\n',
    });
    onTestFinished(() => {
      layout.close();
    });
    const options = { hubUrl: layout.url, cacheDir: await temporaryFolder() };
    await expect(downloadDataset("owner/name", options)).rejects.toThrow(
      /configurations: choose one of a, b with --config/,
    );
    const folder = await downloadDataset("owner/name", { ...options, config: "b" });
    expect((await openDataset(folder, { config: "b" })).files.map(({ name }) => name)).toEqual(["b/2.jsonl"]);
    expect(new Set(layout.fetched)).toEqual(new Set(["README.md", "2.jsonl"]));
  });

  it("takes nothing but hub: for a Hub id", () => {
    expect(hubDatasetId("hub:allenai/reward-bench")).toBe("allenai/reward-bench");
    expect(hubDatasetId("allenai/reward-bench")).toBeUndefined();
  });
});
