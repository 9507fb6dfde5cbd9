import { appendFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { scoreFile } from "../../../lib/data/index.js";
import { ContextError, JobError } from "../../../lib/errors.js";
import type { Scorer } from "../../../lib/score/score.js";
import { collect } from "../../../lib/serve/jobs/collect.js";
import type { ScorerSource } from "../../../lib/serve/jobs/model-source.js";
import { JobQueue } from "../../../lib/serve/jobs/queue/job-queue.js";
import { jobStatus } from "../../../lib/serve/jobs/status.js";
import { FolderStore } from "../../../lib/serve/jobs/store/folder-store.js";
import { submit, type Submitted, type SubmitOptions } from "../../../lib/serve/jobs/submit.js";
import { work } from "../../../lib/serve/jobs/work.js";
import { RedisServer, whyNoRedis } from "../../../scripts/soak/redis-server.mjs";
import { toLines } from "../../cli/cli.js";
import { FakeScorer, TOO_LONG } from "../../eval/fake-scorer.js";
import { makeFolder, temporaryFolder, type ModelFolder } from "../../support/fixtures.js";

const MODEL = join(import.meta.dirname, "../../fixtures/models/tiny-grm");
const missing = whyNoRedis();

const RECORDS = [
  ...Array.from({ length: 40 }, (_, index) => ({
    id: `r${index}`,
    prompt: `question ${Math.floor(index / 4)}`,
    responses: [`good ${index}`, `bad ${index}`],
  })),
  { id: "long", prompt: "q", response: TOO_LONG },
  { id: "none", prompt: "q" },
];

describe.skipIf(missing !== undefined)(`a queue${missing === undefined ? "" : `: ${missing}`}`, () => {
  let redisFolder: ModelFolder;
  let redis: RedisServer;
  let folder: string;
  let queue: JobQueue;
  let queues = 0;
  beforeAll(async () => {
    redisFolder = await makeFolder();
    redis = await RedisServer.start(redisFolder.directory);
  });
  afterAll(async () => {
    await redis.kill();
    await redisFolder.remove();
  });
  beforeEach(async () => {
    folder = await temporaryFolder();
    await writeFile(join(folder, "in.jsonl"), toLines(RECORDS));
    queue = await JobQueue.open({ url: redis.url, name: `test-${queues++}` });
  });
  afterEach(() => queue.close());

  const store = (): FolderStore => new FolderStore(join(folder, "run"));

  const submitAll = (more: Partial<SubmitOptions> = {}): Promise<Submitted> =>
    submit({
      model: MODEL,
      input: join(folder, "in.jsonl"),
      queue,
      store: store(),
      chunk: 5,
      options: {},
      ...more,
    });

  /** Fake models, of whose opening and scoring something may go wrong. */
  const source = (make: () => Scorer = () => new FakeScorer()): ScorerSource => ({
    open: () => Promise.resolve(make()),
  });

  const workAll = async (from: ScorerSource, more: { signal?: AbortSignal } = {}): Promise<string[]> => {
    const notes: string[] = [];
    const signal = more.signal ?? AbortSignal.timeout(30_000);
    await work({
      queue,
      source: from,
      untilEmpty: true,
      lockMs: 1000,
      signal,
      onNote: (text) => notes.push(text),
    });
    return notes;
  };

  const collected = async (): Promise<string> => {
    const parts: Uint8Array[] = [];
    for await (const { lines } of (await collect(store())).shards) parts.push(lines);
    return Buffer.concat(parts).toString("utf8");
  };

  const scored = async (): Promise<string> => {
    const out = join(folder, "whole.jsonl");
    await scoreFile({ scorer: new FakeScorer(), input: join(folder, "in.jsonl"), out });
    return readFile(out, "utf8");
  };

  it("gives what one machine gives, byte for byte, bad records in place", async () => {
    const { run, done, queued } = await submitAll();
    expect({ records: run.records, done, queued }).toEqual({ records: 42, done: 0, queued: run.shards });
    expect(run.shards).toBeGreaterThan(4);
    await expect(collected()).rejects.toMatchObject({ code: "SHARDS_MISSING" });
    await Promise.all([workAll(source()), workAll(source()), workAll(source())]);
    expect(await collected()).toBe(await scored());
    expect(await queue.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
  });

  it("holds references, no text", async () => {
    await submitAll();
    const dump = JSON.stringify(
      await Promise.all((await queue.redis.keys("*")).map((key) => queue.redis.dump(key))),
    );
    expect(dump).toContain("shard");
    expect(dump).not.toContain("question");
    expect(dump).not.toContain("good");
  });

  it("goes on from the results, whatever Redis has forgotten", async () => {
    const first = await submitAll();
    await workAll(source());
    const [block = ""] = await readdir(join(folder, "run", "shards"));
    const results = join(folder, "run", "shards", block);
    const [gone = ""] = await readdir(results);
    await rm(join(results, gone));
    await queue.redis.flushall();
    const again = await submitAll();
    expect(again).toEqual({ ...first, done: first.queued - 1, queued: 1 });
    await workAll(source());
    expect(await collected()).toBe(await scored());
  });

  it("does not queue a shard twice", async () => {
    const { queued } = await submitAll();
    await submitAll();
    expect(await queue.counts()).toMatchObject({ waiting: queued });
  });

  it("keeps two runs apart", async () => {
    await submitAll();
    await expect(submitAll({ chunk: 6 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(submitAll({ options: { bos: "none" } })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await appendFile(join(folder, "in.jsonl"), '{"prompt":"a","response":"b"}\n');
    await expect(submitAll()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("gives a shard back when the worker cannot, and the next one does it", async () => {
    const { queued } = await submitAll();
    const failures = [
      { open: () => Promise.reject(new JobError("WORKER_UNFIT", "another model")) },
      source(() => Object.assign(new FakeScorer(), { scoreManySettled: outOfMemory })),
    ];
    for (const unfit of failures) await expect(workAll(unfit)).rejects.toBeInstanceOf(Error);
    const { waiting, delayed, failed } = await queue.counts();
    expect({ left: waiting + delayed, failed }).toEqual({ left: queued, failed: 0 });
    expect(await queue.board.read()).toMatchObject([{ hasEnded: true }, { hasEnded: true }]);
    await workAll(source());
    expect(await collected()).toBe(await scored());
  });

  it("gives up a shard that fails by itself, says why, and tries again when it is submitted again", async () => {
    await submitAll();
    await cp(join(folder, "in.jsonl"), join(folder, "kept.jsonl"));
    const text = await readFile(join(folder, "in.jsonl"), "utf8");
    await writeFile(join(folder, "in.jsonl"), text.replace("good 7", "bad! 7"));
    const notes = await workAll(source());
    expect(notes.join("\n")).toContain("not those that were submitted");
    expect(await queue.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 1 });
    const { failures, runs } = await jobStatus({ queue });
    expect(failures).toEqual([
      { place: join(folder, "run"), shard: 0, reason: expect.stringContaining("were submitted") as string },
    ]);
    expect(runs).toMatchObject([{ shardsDone: 5, records: 42 }]);
    await cp(join(folder, "kept.jsonl"), join(folder, "in.jsonl"));
    expect(await submitAll()).toMatchObject({ queued: 1 });
    await workAll(source());
    expect(await collected()).toBe(await scored());
  });

  it("refuses data of another size, and a place without the run, as this worker's fault", async () => {
    await submitAll();
    await appendFile(join(folder, "in.jsonl"), "\n");
    await expect(workAll(source())).rejects.toMatchObject({ code: "WORKER_UNFIT" });
    await rm(join(folder, "run", "run.json"));
    await expect(workAll(source())).rejects.toMatchObject({ code: "WORKER_UNFIT" });
    expect((await queue.counts()).failed).toBe(0);
  });

  it("refuses a run of another build", async () => {
    await submitAll();
    const file = join(folder, "run", "run.json");
    const run = JSON.parse(await readFile(file, "utf8")) as object;
    await writeFile(file, JSON.stringify({ ...run, build: "0.0.1" }));
    await expect(workAll(source())).rejects.toMatchObject({
      code: "WORKER_UNFIT",
      message: expect.stringContaining("0.0.1") as string,
    });
  });

  it("gives shards back when it is stopped", async () => {
    const { queued } = await submitAll();
    const stop = new AbortController();
    const slow = source(() => Object.assign(new FakeScorer(), { scoreManySettled: never }));
    setTimeout(() => {
      stop.abort(new Error("stopped"));
    }, 1500);
    await workAll(slow, { signal: stop.signal });
    await delay(100);
    const { waiting, delayed, active, failed } = await queue.counts();
    expect({ left: waiting + delayed, active, failed }).toEqual({ left: queued, active: 0, failed: 0 });
  });

  it("will not mix what different devices computed, unless told to", async () => {
    await submitAll();
    const { settings } = new FakeScorer().description;
    let opened = 0;
    const two: ScorerSource = {
      open: () =>
        Promise.resolve(
          new FakeScorer(opened++ === 0 ? {} : { settings: { ...settings, device: "CPU + CUDA" } }),
        ),
    };
    await Promise.all([workAll(two), workAll(two)]);
    expect(opened).toBe(2);
    const lines = collected();
    await expect(lines).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("CPU + CUDA") as string,
    });
    let records = 0;
    for await (const { header } of (await collect(store(), { mixed: true })).shards)
      records += header.records;
    expect(records).toBe(42);
  });

  it("notices results that were damaged", async () => {
    await submitAll();
    await workAll(source());
    const [block = ""] = await readdir(join(folder, "run", "shards"));
    const results = join(folder, "run", "shards", block);
    const [first = ""] = await readdir(results);
    const text = await readFile(join(results, first), "utf8");
    await writeFile(join(results, first), text.slice(0, -10));
    await expect(collected()).rejects.toMatchObject({ code: "STORE_FAILED" });
  });

  it("tells who does what", async () => {
    await submitAll();
    await workAll(source());
    const { workers, secondsLeft, runs } = await jobStatus({ queue });
    expect(runs).toMatchObject([{ recordsDone: 42, records: 42, model: expect.any(String) as string }]);
    expect(workers).toMatchObject([{ records: 42, failed: 2, isAlive: false }]);
    expect(secondsLeft).toBeUndefined();
    expect(workers[0]?.tokensPerSecond).toBeGreaterThan(0);
  });
});

describe("a Redis", () => {
  it.each(["redis://127.0.0.1:1", "rediss://127.0.0.1:1"])(
    "that is not there is an error: %s",
    async (url) => {
      await expect(JobQueue.open({ url, name: "x" })).rejects.toMatchObject({ code: "QUEUE_FAILED" });
    },
  );

  it("has a URL, and its password is not shown", async () => {
    for (const url of ["localhost:6379", "http://localhost", "redis://"])
      await expect(JobQueue.open({ url, name: "x" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const secret = JobQueue.open({ url: "redis://user:secret@127.0.0.1:1", name: "x" });
    await expect(secret).rejects.not.toMatchObject({ message: expect.stringContaining("secret") as string });
  });

  it.skipIf(missing !== undefined)("that forgets jobs is refused", async () => {
    const where = await temporaryFolder();
    await mkdir(where, { recursive: true });
    const forgetful = await RedisServer.start(where);
    try {
      await forgetful.command("CONFIG", "SET", "maxmemory", "100mb");
      await forgetful.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
      await expect(JobQueue.open({ url: forgetful.url, name: "x" })).rejects.toMatchObject({
        code: "QUEUE_FAILED",
        message: expect.stringContaining("noeviction") as string,
      });
    } finally {
      await forgetful.kill();
    }
  });
});

// eslint-disable-next-line require-yield -- it fails before its first score
async function* outOfMemory(): AsyncGenerator<never> {
  await Promise.resolve();
  throw new ContextError("OUT_OF_MEMORY", "no memory");
}

/** Until it is stopped. */
async function* never(_: unknown, { signal }: { signal: AbortSignal }): AsyncGenerator<never> {
  await delay(60_000, undefined, { signal });
  yield* [];
}
