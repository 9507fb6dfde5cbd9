import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { convertCheckpoint } from "../../../lib/convert/index.js";
import { StagingFolder } from "../../../lib/model/folder/staging.js";

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), "llama-reward-staging-"));
});
afterEach(() => rm(parent, { recursive: true }));

/** Process id of a process that has ended. */
function endedProcess(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

it("a new model folder appears whole, with its parents, when it is committed", async () => {
  const model = path.join(parent, "models", "mine");
  const staging = await StagingFolder.create(model);
  await writeFile(staging.file("reward.json"), "{}");
  expect(await readdir(path.dirname(model))).not.toContain("mine");
  await staging.commit();
  await staging.dispose();
  expect(await readdir(path.dirname(model))).toEqual(["mine"]);
  expect(await readdir(model)).toEqual(["reward.json"]);
});

it("nothing is left when it is not committed", async () => {
  for (const existing of [[], ["reward.json"]]) {
    const model = path.join(parent, `model-${existing.length}`);
    if (existing.length > 0) await mkdir(model);
    for (const name of existing) await writeFile(path.join(model, name), "{}");
    const staging = await StagingFolder.create(model);
    await writeFile(staging.file("backbone-f16.gguf"), "x");
    await staging.dispose();
    expect(await readdir(model).catch(() => [])).toEqual(existing);
  }
  expect(await readdir(parent)).toEqual(["model-1"]);
});

it("what a killed run left is removed by the next one, what a running one has is not", async () => {
  const model = path.join(parent, "model");
  const stale = [
    `.model.llama-reward-partial-${endedProcess()}`,
    `.model.llama-reward-partial-${process.pid}`,
  ];
  const others = [
    `.model.llama-reward-partial-${process.ppid}`,
    `.other.llama-reward-partial-${endedProcess()}`,
  ];
  for (const name of [...stale, ...others]) await mkdir(path.join(parent, name));
  const staging = await StagingFolder.create(model);
  await staging.dispose();
  expect((await readdir(parent)).sort()).toEqual(others.sort());
});

it("two conversions into one folder at once are refused", async () => {
  const staging = await StagingFolder.create(path.join(parent, "model"));
  await expect(StagingFolder.create(path.join(parent, "model"))).rejects.toThrow(/being written/);
  await staging.dispose();
  await (await StagingFolder.create(path.join(parent, "model"))).dispose();
});

it("a file in the folder's place is refused", async () => {
  await writeFile(path.join(parent, "model"), "x");
  await expect(StagingFolder.create(path.join(parent, "model"))).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
});

it.each([0, 3, 15])(
  "a disk that is full after %i writes: a typed error, and nothing left",
  async (writes) => {
    const probe = await open(path.join(parent, "probe"), "w");
    const prototype = Object.getPrototypeOf(probe) as typeof probe;
    await probe.close();
    await rm(path.join(parent, "probe"));
    const write = Reflect.get(prototype, "write") as (...args: unknown[]) => Promise<unknown>;
    let count = 0;
    const spy = vi.spyOn(prototype, "write").mockImplementation(function (this: unknown, ...args: unknown[]) {
      if (count++ < writes) return Reflect.apply(write, this, args) as never;
      return Promise.reject(
        Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }),
      );
    });
    const checkpoint = path.join(
      import.meta.dirname,
      "..",
      "..",
      "fixtures",
      "checkpoints",
      "grm-linear-tiny",
    );
    const error: unknown = await convertCheckpoint(checkpoint, path.join(parent, "model")).catch(
      (caught: unknown) => caught,
    );
    spy.mockRestore();
    expect(error).toMatchObject({ code: "FILE_FAILED" });
    expect((error as Error).message).toContain("The disk is full");
    expect(await readdir(parent)).toEqual([]);
  },
);

it("a backbone that cannot be replaced, as that of a loaded model on Windows, leaves all other files as they were", async () => {
  const model = path.join(parent, "model");
  // A folder in its place cannot be replaced by a file on any system.
  await mkdir(path.join(model, "backbone-f16.gguf", "held"), { recursive: true });
  for (const name of ["head.safetensors", "a.json", "reward.json"])
    await writeFile(path.join(model, name), "old");
  const staging = await StagingFolder.create(model);
  for (const name of ["head.safetensors", "a.json", "backbone-f16.gguf", "reward.json"])
    await writeFile(staging.file(name), "new");
  await expect(staging.commit()).rejects.toMatchObject({ code: "FILE_FAILED" });
  await staging.dispose();
  for (const name of ["head.safetensors", "a.json", "reward.json"])
    expect(await readFile(path.join(model, name), "utf8")).toBe("old");
});
