import { cp, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { folderFingerprint } from "../../../lib/model/folder/folder-fingerprint.js";
import { fetchModelFolder, findModelFolder } from "../../../lib/serve/jobs/find-model.js";
import type { JobRun } from "../../../lib/serve/jobs/shard/run.js";
import { FolderStore } from "../../../lib/serve/jobs/store/folder-store.js";
import type { ObjectStore } from "../../../lib/serve/jobs/store/object-store.js";
import { temporaryFolder } from "../../support/fixtures.js";

const MODELS = join(import.meta.dirname, "../../fixtures/models");
const NO_SIGNAL = new AbortController().signal;

/** The part of a run that is looked at. */
async function runOf(model: string): Promise<JobRun> {
  const { type, fingerprint } = await folderFingerprint(join(MODELS, model));
  return { model: { fingerprint }, options: { type } } as JobRun;
}

it("finds a model by what it is, not by its name, in a folder or as the folder", async () => {
  const folder = await temporaryFolder();
  await cp(join(MODELS, "tiny-urm"), join(folder, "tiny-grm"), { recursive: true });
  await writeFile(join(folder, "a-file"), "");
  expect(await findModelFolder(folder, await runOf("tiny-urm"))).toBe(join(folder, "tiny-grm"));
  expect(await findModelFolder(folder, await runOf("tiny-grm"))).toBeUndefined();
  expect(await findModelFolder(join(MODELS, "tiny-grm"), await runOf("tiny-grm"))).toBe(
    join(MODELS, "tiny-grm"),
  );
  expect(await findModelFolder(join(folder, "none"), await runOf("tiny-grm"))).toBeUndefined();
});

it("copies the one model folder that is asked for, and once", async () => {
  const [place, copies] = [await temporaryFolder(), await temporaryFolder()];
  for (const name of ["tiny-urm", "tiny-grm"])
    await cp(join(MODELS, name), join(place, name), { recursive: true });
  const store = new FolderStore(place);
  const folder = await fetchModelFolder(store, await runOf("tiny-urm"), copies, NO_SIGNAL);
  expect(folder).toBe(join(copies, "tiny-urm"));
  expect((await readdir(join(copies, "tiny-urm"))).sort()).toEqual(
    (await readdir(join(MODELS, "tiny-urm"))).sort(),
  );
  expect(await readdir(join(copies, "tiny-grm"))).toEqual(["reward.json"]);
  const head = join(copies, "tiny-urm", "head.safetensors");
  await writeFile(head, "kept");
  await fetchModelFolder(store, await runOf("tiny-urm"), copies, NO_SIGNAL);
  expect((await folderFingerprint(join(copies, "tiny-urm"))).type).toBeDefined();
  expect((await stat(head)).size).toBe(4);
  await writeFile(join(copies, "tiny-urm", "reward.json"), "{}");
  await fetchModelFolder(store, await runOf("tiny-urm"), copies, NO_SIGNAL);
  expect((await stat(head)).size).toBeGreaterThan(4);
});

it("touches nothing outside its folder, whatever keys a bucket has", async () => {
  const [place, around] = [await temporaryFolder(), await temporaryFolder()];
  await cp(join(MODELS, "tiny-grm"), join(place, "tiny-grm"), { recursive: true });
  const copies = join(around, "copies");
  await mkdir(copies);
  await writeFile(join(around, "reward.json"), "another's");
  const folder = new FolderStore(place);
  const store: ObjectStore = {
    url: folder.url,
    has: (key) => folder.has(key),
    put: (key, bytes) => folder.put(key, bytes),
    read: (key) => folder.read(key),
    async *list(prefix) {
      yield* ["../reward.json", "tiny-grm/../../copies-too/reward.json", "", "tiny-grm/", "tiny-grm/empty/"];
      yield* folder.list(prefix);
    },
  };
  const found = await fetchModelFolder(store, await runOf("tiny-grm"), copies, NO_SIGNAL);
  expect(found).toBe(join(copies, "tiny-grm"));
  expect((await readdir(around)).sort()).toEqual(["copies", "reward.json"]);
  expect((await readdir(join(copies, "tiny-grm"))).sort()).toEqual(
    (await readdir(join(MODELS, "tiny-grm"))).sort(),
  );
});
