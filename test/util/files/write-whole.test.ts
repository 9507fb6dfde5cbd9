import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { putWhole, writeWhole } from "../../../lib/util/files/write-whole.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "llama-reward-whole-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("writing a file whole", () => {
  it("replaces what is there and leaves nothing beside it", async () => {
    const file = path.join(folder, "a.json");
    await writeWhole(file, "old");
    await writeWhole(file, "new");
    expect(await readFile(file, "utf8")).toBe("new");
    expect(await readdir(folder)).toEqual(["a.json"]);
  });

  it("keeps the old file where writing fails, and removes what was begun", async () => {
    const file = path.join(folder, "a.json");
    const failing = putWhole(file, async (incomplete) => {
      await writeFile(incomplete, "half");
      throw new Error("full");
    });
    await expect(failing).rejects.toThrow("full");
    expect(await readFile(file, "utf8")).toBe("new");
    expect(await readdir(folder)).toEqual(["a.json"]);
  });

  it("lets several write the same file at once, under names of their own", async () => {
    const file = path.join(folder, "b.json");
    const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(1000));
    await Promise.all(
      texts.map((text, index) => putWhole(file, (to) => writeFile(to, text), `${file}.${index}`)),
    );
    expect(texts).toContain(await readFile(file, "utf8"));
    expect((await readdir(folder)).sort()).toEqual(["a.json", "b.json"]);
  });
});
