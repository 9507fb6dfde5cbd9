import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { placeAt } from "../../../lib/model/folder/place.js";
import { nothingKnown, notModelFolder } from "../../../lib/model/folder/wrong-place.js";
import { temporaryFolder } from "../../support/fixtures.js";

// Rights keep nothing from root, as whom tests may run.
vi.mock(import("node:fs/promises"), async (importOriginal) => {
  const original = await importOriginal();
  const readdir = (folder: string): Promise<string[]> =>
    folder.endsWith("locked")
      ? Promise.reject(new Error(`EACCES: permission denied, scandir '${folder}'`))
      : original.readdir(folder);
  return { ...original, readdir: readdir as typeof original.readdir };
});

it("a folder that may not be looked into is not called empty", async () => {
  const folder = await temporaryFolder();
  const [empty, locked] = [join(folder, "empty"), join(folder, "locked")];
  for (const name of [empty, locked]) await mkdir(name);
  expect(await placeAt(empty)).toEqual({ kind: "empty" });
  const place = await placeAt(locked);
  expect(place).toMatchObject({ kind: "unreadable" });
  for (const say of [notModelFolder, nothingKnown])
    expect(say(locked, place).message).toMatch(/cannot be read.*EACCES: permission denied/);
});
