import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import { optionalPackage } from "../../../util/optional-package.js";
import { shardSchema } from "../shard/shard-ref.js";
import { connectRedis } from "./connect-redis.js";
import { WorkerBoard } from "./worker-board.js";

/** What Redis holds of a shard: where the results go, which run, which records. */
export const jobSchema = z.strictObject({ out: z.string(), run: z.string(), shard: shardSchema });
/** See {@link jobSchema}. */
export type ShardJob = z.infer<typeof jobSchema>;

/** Where a queue is. */
export interface QueuePlace {
  /** `redis://…` or `rediss://…`. */
  url: string;
  /** Several may be in one Redis. */
  name: string;
}

/** Jobs by what becomes of them. */
export interface QueueCounts {
  waiting: number;
  active: number;
  /** Put back by a worker that could not do them, or to be tried again after a pause. */
  delayed: number;
  failed: number;
}

/** Jobs that are added with one command. */
export const ADDED_AT_ONCE = 1000;
/** Attempts at a shard that fails by itself. */
const ATTEMPTS = 3;
const PAUSE_MS = 1000;
/** Failures whose reasons are kept. */
const KEPT_FAILURES = 1000;
const KEPT_EVENTS = 100;

/** The shards of all runs that wait in one queue of BullMQ's. Done ones are gone from it: their results are in the store. */
export class JobQueue {
  readonly redis: Redis;
  readonly board: WorkerBoard;
  readonly name: string;
  readonly #queue: Queue<ShardJob>;
  readonly #runsKey: string;

  private constructor(redis: Redis, queue: Queue<ShardJob>, name: string) {
    this.redis = redis;
    this.name = name;
    this.#queue = queue;
    this.board = new WorkerBoard(redis, `llama-reward:${name}:workers`);
    this.#runsKey = `llama-reward:${name}:runs`;
  }

  /** @throws InvalidArgumentError no such URL; JobError `QUEUE_FAILED` */
  static async open({ url, name }: QueuePlace): Promise<JobQueue> {
    const { Queue: BullQueue } = await optionalPackage("bullmq", "QUEUE_FAILED", () => import("bullmq"));
    const redis = await connectRedis(url);
    const queue: Queue<ShardJob> = new BullQueue(name, {
      connection: redis,
      streams: { events: { maxLen: KEPT_EVENTS } },
      defaultJobOptions: {
        attempts: ATTEMPTS,
        backoff: { type: "exponential", delay: PAUSE_MS },
        removeOnComplete: true,
        removeOnFail: { count: KEPT_FAILURES },
        stackTraceLimit: 1,
      },
    });
    // Told by whoever waits for a command.
    queue.on("error", () => undefined);
    return new JobQueue(redis, queue, name);
  }

  /** Adds shards of a run. One that is there, waiting or being scored, stays as it is; one that has failed is tried anew. */
  async add(jobs: readonly ShardJob[]): Promise<void> {
    const [first] = jobs;
    if (first === undefined) return;
    await this.redis.hset(this.#runsKey, first.run, first.out);
    await this.#forgetFailures(new Set(jobs.map(({ shard }) => shard.id)));
    await this.#queue.addBulk(jobs.map((data) => ({ name: "shard", data, opts: { jobId: data.shard.id } })));
  }

  /** Places of the runs that were submitted. */
  async runs(): Promise<string[]> {
    return [...new Set(Object.values(await this.redis.hgetall(this.#runsKey)))].sort();
  }

  async counts(): Promise<QueueCounts> {
    const { waiting = 0, active = 0, delayed = 0, failed = 0 } = await this.#queue.getJobCounts();
    return { waiting, active, delayed, failed };
  }

  /** Why shards have failed, the last ones first. @param most at most so many */
  async failures(most: number): Promise<{ shard: ShardJob["shard"]; out: string; reason: string }[]> {
    const jobs = await this.#queue.getJobs(["failed"], 0, most - 1);
    return jobs.map(({ data, failedReason }) => ({
      shard: data.shard,
      out: data.out,
      reason: failedReason,
    }));
  }

  async close(): Promise<void> {
    await this.#queue.close();
    this.redis.disconnect();
  }

  async #forgetFailures(ids: ReadonlySet<string>): Promise<void> {
    for (const id of await this.#queue.getRanges(["failed"])) if (ids.has(id)) await this.#queue.remove(id);
  }
}
