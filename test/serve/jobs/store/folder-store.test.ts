import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRun } from "../../../../lib/serve/jobs/open-run.js";
import { FolderStore } from "../../../../lib/serve/jobs/store/folder-store.js";
import { openStore } from "../../../../lib/serve/jobs/store/open-store.js";
import { temporaryFolder } from "../../../support/fixtures.js";
import { behavesAsStore } from "./stores.js";

describe("a folder", () => {
  behavesAsStore(async () => new FolderStore(join(await temporaryFolder(), "new", "run")));

  it("leaves nothing unfinished behind, and does not list what others leave", async () => {
    const folder = await temporaryFolder();
    const store = new FolderStore(folder);
    await store.put("a", Buffer.from("1"));
    await store.put("a", Buffer.from("2"));
    expect(await readdir(folder)).toEqual(["a"]);
    await writeFile(join(folder, ".incomplete-of-a-killed-one"), "");
    const keys: string[] = [];
    for await (const key of store.list("")) keys.push(key);
    expect(keys).toEqual(["a"]);
  });

  it("says what is wrong with its disk", async () => {
    const file = join(await temporaryFolder(), "file");
    await writeFile(file, "");
    const store = new FolderStore(file);
    await expect(store.put("a/b", Buffer.from("1"))).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(await store.has("a")).toBe(false);
    expect(await store.read("a")).toBeUndefined();
  });

  it("says what is wrong while it is read", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "run.json"));
    await expect(readRun(new FolderStore(folder))).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining(join(folder, "run.json")) as string,
    });
  });
});

it.each(["gs://bucket/x", "s3://", "s3:///x", "http://host/x"])(
  "%s is no place for results",
  async (place) => {
    await expect(openStore(place)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  },
);
