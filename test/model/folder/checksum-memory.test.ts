import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { quantizeModelFolder } from "../../../lib/convert/index.js";
import type { Progress } from "../../../lib/index.js";
import { checkChecksums } from "../../../lib/model/folder/check-checksum.js";
import { isSameStamp, msUntilSettled, stampOf } from "../../../lib/util/files/file-stamp.js";
import { readRewardJson } from "../../../lib/model/folder/read-reward-json.js";
import { writeRewardJson } from "../../../lib/model/folder/write-reward-json.js";
import { RewardModel } from "../../../lib/model/reward-model.js";
import { convertFixture, temporaryFolder, type ModelFolder } from "../../support/fixtures.js";

const LOAD = { device: "cpu", threads: 1, contextLength: 256 } as const;
/** SHA-256 of "abc": FIPS 180-4, example B.1. */
const SHA_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/** Lets a file's time of change pass, so that it can be remembered. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 250));

let caches: string;
beforeEach(async () => {
  caches = await temporaryFolder();
  vi.stubEnv("XDG_CACHE_HOME", caches);
  vi.stubEnv("LOCALAPPDATA", caches);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** A file that says `abc`, its record, and a check of it that tells whether it was read. */
async function abc(): Promise<{ file: string; check: (signal?: AbortSignal) => Promise<boolean> }> {
  const directory = await temporaryFolder();
  const file = join(directory, "weights");
  await writeFile(file, "abc");
  await settle();
  const record = { file: "weights", sizeBytes: 3, sha256: SHA_OF_ABC };
  return {
    file,
    check: async (signal) => {
      let isRead = false;
      await checkChecksums(directory, [record], { signal, onProgress: () => (isRead = true) });
      return isRead;
    },
  };
}

const entries = (): Promise<string[]> => readdir(join(caches, "llama-reward", "checksums"));

describe.skipIf(process.platform === "darwin")("checksums of files that were read once", () => {
  it("are remembered, so that the second look costs nothing", async () => {
    const { check } = await abc();
    expect(await check()).toBe(true);
    expect(await check()).toBe(false);
    expect(await entries()).toHaveLength(1);
  });

  it("are forgotten when the file changes, whatever its size and time of modification say", async () => {
    const { file, check } = await abc();
    const { atime, mtime } = await stat(file);
    await check();
    await writeFile(file, "abd");
    await utimes(file, atime, mtime);
    await expect(check()).rejects.toMatchObject({
      code: "MODEL_INVALID",
      message: expect.stringMatching(
        /weights is not the file .* checksum is a52d159f[0-9a-f]+, reward\.json says ba7816bf/,
      ) as string,
    });
  });

  it("are not trusted for a file that was changed a moment ago: a second change would look the same", async () => {
    const { file, check } = await abc();
    const clock = vi.spyOn(Date, "now").mockReturnValue((await stat(file)).ctimeMs + 10);
    expect(await check()).toBe(true);
    expect(await check()).toBe(true);
    clock.mockRestore();
    expect(await check()).toBe(true);
    expect(await check()).toBe(false);
  });

  it("do without a memory that is torn or of another file", async () => {
    const { check } = await abc();
    await check();
    const [name = ""] = await entries();
    const entry = join(caches, "llama-reward", "checksums", name);
    await truncate(entry, 40);
    expect(await check()).toBe(true);
    const whole = await readFile(entry, "utf8");
    await writeFile(entry, whole.replace(/"path":"[^"]*"/, '"path":"/elsewhere"'));
    expect(await check()).toBe(true);
    expect(await check()).toBe(false);
  });

  it("do without a cache folder that cannot be written", async () => {
    const { check } = await abc();
    await writeFile(join(caches, "llama-reward"), "in the way");
    expect(await check()).toBe(true);
    expect(await check()).toBe(true);
  });

  it("stop at an abort, with the signal's reason", async () => {
    const { check } = await abc();
    const reason = new Error("changed my mind");
    await expect(check(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe("a file's stamp", () => {
  it("settles by the file system's steps: two seconds where it counts in seconds", () => {
    const stamp = {
      size: "3",
      inode: "1",
      device: "1",
      mtimeNs: "1000000000500000000",
      ctimeNs: "1000000000500000000",
    };
    expect(msUntilSettled(stamp, 1_000_000_000_501)).toBeGreaterThan(50);
    expect(msUntilSettled(stamp, 1_000_000_000_700)).toBe(0);
    const coarse = { ...stamp, mtimeNs: "1000000000000000000" };
    expect(msUntilSettled(coarse, 1_000_000_001_500)).toBeGreaterThan(500);
    // A time of modification in the future says nothing about when it was set.
    expect(msUntilSettled({ ...stamp, mtimeNs: "2000000000500000000" }, 1_000_000_000_700)).toBe(0);
  });

  it("differs between files, and after a change", async () => {
    const directory = await temporaryFolder();
    const [a, b] = [join(directory, "a"), join(directory, "b")];
    await Promise.all([writeFile(a, "x"), writeFile(b, "x")]);
    expect(isSameStamp(await stampOf(a), await stampOf(a))).toBe(true);
    expect(isSameStamp(await stampOf(a), await stampOf(b))).toBe(false);
  });
});

describe("loading", () => {
  let folder: ModelFolder;
  beforeAll(async () => {
    folder = await convertFixture("skywork-qwen2-tiny", { type: "f32" });
  });
  afterAll(() => folder.remove());

  async function copy(): Promise<string> {
    const directory = join(await temporaryFolder(), "model");
    await mkdir(directory);
    await cp(folder.directory, directory, { recursive: true });
    await settle();
    return directory;
  }

  async function phases(directory: string): Promise<string[]> {
    const seen: Progress[] = [];
    const model = await RewardModel.load(directory, {
      ...LOAD,
      onProgress: (progress) => seen.push(progress),
    });
    await model.dispose();
    return [...new Set(seen.map(({ phase }) => phase))];
  }

  it("checks the files once, and tells so", async () => {
    const directory = await copy();
    expect(await phases(directory)).toEqual(["check", "load"]);
    expect(await phases(directory)).toEqual(["load"]);
  });

  it("of what was just converted or quantized checks nothing again", async () => {
    const made = await convertFixture("skywork-qwen2-tiny", { type: "f32" });
    try {
      expect(await phases(made.directory)).toEqual(["load"]);
      await quantizeModelFolder(made.directory, ["q8_0"], { defaultType: "q8_0" });
      expect(await phases(made.directory)).toEqual(["load"]);
    } finally {
      await made.remove();
    }
  });

  it.each(["backbone-f32.gguf", "head.safetensors"])(
    "refuses a changed %s of the same size",
    async (name) => {
      const directory = await copy();
      const file = join(directory, name);
      const bytes = await readFile(file);
      bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 0x80;
      await writeFile(file, bytes);
      await expect(RewardModel.load(directory, LOAD)).rejects.toMatchObject({
        code: "MODEL_INVALID",
        details: { file: name },
      });
      const model = await RewardModel.load(directory, { ...LOAD, check: false });
      await model.dispose();
    },
  );

  it("refuses a head whose numbers are to be read as another 16-bit type, whatever the checksums say", async () => {
    const made = await convertFixture("skywork-qwen2-tiny", { type: "f32" });
    try {
      const file = join(made.directory, "head.safetensors");
      const bytes = await readFile(file);
      const at = bytes.indexOf('"BF16"');
      expect(at).toBeGreaterThan(0);
      bytes.write('"F16" ', at);
      await writeFile(file, bytes);
      const reward = await readRewardJson(made.directory);
      reward.headFile.sha256 = createHash("sha256").update(bytes).digest("hex");
      await writeRewardJson(made.directory, reward);
      await expect(RewardModel.load(made.directory, LOAD)).rejects.toMatchObject({
        code: "HEAD_INVALID",
        message: expect.stringMatching(/header/) as string,
      });
    } finally {
      await made.remove();
    }
  });

  it("refuses a reward.json changed where it decides about scores, and takes one changed elsewhere", async () => {
    const directory = await copy();
    const file = join(directory, "reward.json");
    const reward = await readRewardJson(directory);
    await writeFile(file, JSON.stringify({ ...reward, name: "another name", notes: ["a note"] }));
    expect((await readRewardJson(directory)).name).toBe("another name");
    const changed = {
      ...reward,
      prompt: { ...reward.prompt, addSpecialTokens: !reward.prompt.addSpecialTokens },
    };
    await writeFile(file, JSON.stringify(changed));
    await expect(RewardModel.load(directory, LOAD)).rejects.toMatchObject({ code: "MODEL_INVALID" });
    const model = await RewardModel.load(directory, { ...LOAD, check: false });
    await model.dispose();
    await rm(directory, { recursive: true });
  });
});
