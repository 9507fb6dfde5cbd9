import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { downloadSnapshot } from "../../../lib/data/hub/index.js";
import { startDatasetHub } from "../dataset/dataset-hub.js";
import { temporaryFolder } from "../../support/fixtures.js";

const repo = { type: "dataset", name: "owner/name" } as const;

it("brings the wanted files of a dataset, in the layout that the Hub's other tools share, and tells how far it is", async () => {
  const hub = await startDatasetHub({ "a.txt": "12345", "folder/b.txt": "123", "c.bin": "12" });
  onTestFinished(() => {
    hub.close();
  });
  const cacheDir = await temporaryFolder();
  const seen: unknown[] = [];
  const { directory, commit } = await downloadSnapshot(repo, {
    hubUrl: hub.url,
    cacheDir,
    wanted: (path) => path.endsWith(".txt"),
    onProgress: (progress) => seen.push(progress),
  });
  expect(directory).toBe(join(cacheDir, "datasets--owner--name", "snapshots", commit));
  expect(await readFile(join(directory, "folder", "b.txt"), "utf8")).toBe("123");
  expect((await lstat(join(directory, "a.txt"))).isSymbolicLink()).toBe(process.platform !== "win32");
  expect(new Set(hub.fetched)).toEqual(new Set(["a.txt", "b.txt"]));
  expect(seen.at(-1)).toEqual({ phase: "download", unit: "bytes", done: 8, total: 8 });
});

it("fetches what the choice depends on first, and stops with the reason of a signal", async () => {
  const hub = await startDatasetHub({ "list.txt": "b.txt", "a.txt": "a", "b.txt": "b" });
  onTestFinished(() => {
    hub.close();
  });
  const options = { hubUrl: hub.url, cacheDir: await temporaryFolder(), wanted: () => true };
  const { directory } = await downloadSnapshot(repo, {
    ...options,
    choose: async (files, fetch) => {
      expect([...files.keys()]).toEqual(["list.txt", "a.txt", "b.txt"]);
      return [await readFile(join(await fetch(["list.txt"]), "list.txt"), "utf8")];
    },
  });
  expect(await readFile(join(directory, "b.txt"), "utf8")).toBe("b");
  expect(new Set(hub.fetched)).toEqual(new Set(["list.txt", "b.txt"]));

  const controller = new AbortController();
  const reason = new Error("enough");
  const stopped = downloadSnapshot(repo, {
    ...options,
    signal: controller.signal,
    choose: () => {
      controller.abort(reason);
      return Promise.resolve(["a.txt"]);
    },
  });
  await expect(stopped).rejects.toBe(reason);
});
