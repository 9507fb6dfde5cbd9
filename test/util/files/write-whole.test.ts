import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeWhole } from "../../../lib/util/files/write-whole.js";
import { temporaryFolder } from "../../support/fixtures.js";

it("replaces a file, and leaves nothing else behind, also when it fails", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "file.json");
  await writeWhole(file, "old");
  await writeWhole(file, "new");
  expect(await readFile(file, "utf8")).toBe("new");
  await mkdir(join(folder, "taken"));
  await expect(writeWhole(join(folder, "taken"), "text")).rejects.toThrow(/EISDIR|EPERM/);
  expect((await readdir(folder)).sort()).toEqual(["file.json", "taken"]);
});
