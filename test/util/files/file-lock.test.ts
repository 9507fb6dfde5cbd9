import { spawnSync } from "node:child_process";
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { FileLock, withLock } from "../../../lib/util/files/file-lock.js";
import { ownIdentity } from "../../../lib/util/files/process-identity.js";
import { temporaryFolder } from "../../support/fixtures.js";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder, "out.lock");
});

const held = (pid: number): object => ({ code: "FILE_LOCKED", details: { pid } });
const write = (holder: object): Promise<void> =>
  writeFile(path, JSON.stringify({ host: hostname(), started: null, token: "theirs", ...holder }));

it("is held by one at a time, and leaves nothing behind", async () => {
  const lock = await FileLock.acquire(path, "out");
  await expect(FileLock.acquire(path, "out")).rejects.toThrow(
    `out is being written by this process (${process.pid})`,
  );
  await lock.release();
  await lock.release();
  expect(await withLock(path, "out", () => Promise.resolve(3))).toBe(3);
  expect(await readdir(folder)).toEqual([]);
});

it("names the process that holds it", async () => {
  await write({ pid: process.ppid });
  await expect(FileLock.acquire(path, "out")).rejects.toMatchObject(held(process.ppid));
});

it.each(Array.from({ length: 10 }, (_, round) => round))(
  "is taken over from a process that was killed, by one of many (%i)",
  async () => {
    const gone = spawnSync(process.execPath, ["--version"]).pid;
    await write({ pid: gone });
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => FileLock.acquire(path, "out")));
    const locks = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
    expect(locks).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "FILE_LOCKED" });
    await locks[0]?.release();
    expect(await readdir(folder)).toEqual([]);
  },
);

it.runIf(process.platform === "linux")("knows a process id that was given out again", async () => {
  await write({ pid: process.pid, started: "another boot 1" });
  const lock = await FileLock.acquire(path, "out");
  await lock.release();
  await write(ownIdentity());
  await expect(FileLock.acquire(path, "out")).rejects.toMatchObject(held(process.pid));
});

it("goes by signs of life where the process is on another machine", async () => {
  await write({ host: "elsewhere", pid: 1 });
  await expect(FileLock.acquire(path, "out")).rejects.toThrow(/by process 1 on elsewhere.*remove/);
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(path, longAgo, longAgo);
  await (await FileLock.acquire(path, "out")).release();
});

it("waits for nobody who was killed while writing it", async () => {
  await writeFile(path, "");
  await expect(FileLock.acquire(path, "out")).rejects.toMatchObject({ code: "FILE_LOCKED" });
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(path, longAgo, longAgo);
  await (await FileLock.acquire(path, "out")).release();
});

it("is taken over although a process was killed in the middle of taking it over", async () => {
  await write({ pid: spawnSync(process.execPath, ["--version"]).pid });
  await writeFile(`${path}.takeover`, "");
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(`${path}.takeover`, longAgo, longAgo);
  await (await FileLock.acquire(path, "out")).release();
  expect(await readdir(folder)).toEqual([]);
});

it("is not removed by a holder who lost it", async () => {
  const lock = await FileLock.acquire(path, "out");
  await write({ pid: process.ppid });
  await lock.release();
  expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ pid: process.ppid });
});
