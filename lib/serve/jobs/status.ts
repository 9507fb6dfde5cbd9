import { readRun } from "./open-run.js";
import type { JobQueue, QueueCounts } from "./queue/job-queue.js";
import type { WorkerEntry } from "./queue/worker-board.js";
import { recordsOfKey, RESULTS_PREFIX } from "./shard/shard-ref.js";
import type { ObjectStore } from "./store/object-store.js";
import { openStore } from "./store/open-store.js";

/** How far a run is. */
export interface RunStatus {
  place: string;
  model: string;
  shards: number;
  shardsDone: number;
  records: number;
  recordsDone: number;
}

/** A worker, and how fast it is while it has work. */
export interface WorkerStatus extends WorkerEntry {
  recordsPerSecond: number;
  tokensPerSecond: number;
  /** Heard of within the last while. */
  isAlive: boolean;
}

/** How far everything in a queue is. */
export interface JobStatus {
  runs: RunStatus[];
  queue?: QueueCounts;
  failures: { place: string; shard: number; reason: string }[];
  workers: WorkerStatus[];
  /** Of all workers that are alive. */
  recordsPerSecond: number;
  tokensPerSecond: number;
  /** Until all runs are done; absent where nobody works. */
  secondsLeft?: number;
}

/** A worker tells every two seconds how far it is. */
const ALIVE_MS = 15_000;
const SHOWN_FAILURES = 5;

/**
 * How far the runs are: of a queue all that were submitted to it, or one by its place. What is done, the results say; Redis says who
 * works on the rest.
 * @throws JobError `QUEUE_FAILED`, `STORE_FAILED`
 */
export async function jobStatus({
  queue,
  store,
}: {
  queue?: JobQueue | undefined;
  store?: ObjectStore | undefined;
}): Promise<JobStatus> {
  const stores =
    store === undefined ? await Promise.all((await queue?.runs())?.map(openStore) ?? []) : [store];
  const runs: RunStatus[] = [];
  for (const each of stores) {
    const run = await runStatus(each);
    if (run !== undefined) runs.push(run);
  }
  const workers = (await queue?.board.read())?.map(describe) ?? [];
  const alive = workers.filter(({ isAlive }) => isAlive);
  const recordsPerSecond = alive.reduce((sum, worker) => sum + worker.recordsPerSecond, 0);
  const tokensPerSecond = alive.reduce((sum, worker) => sum + worker.tokensPerSecond, 0);
  const left = runs.reduce((sum, { records, recordsDone }) => sum + records - recordsDone, 0);
  const failures = (await queue?.failures(SHOWN_FAILURES)) ?? [];
  return {
    runs,
    ...(queue === undefined ? {} : { queue: await queue.counts() }),
    failures: failures.map(({ out, shard, reason }) => ({ place: out, shard: shard.index, reason })),
    workers,
    recordsPerSecond,
    tokensPerSecond,
    ...(recordsPerSecond > 0 ? { secondsLeft: left / recordsPerSecond } : {}),
  };
}

async function runStatus(store: ObjectStore): Promise<RunStatus | undefined> {
  const run = await readRun(store);
  if (run === undefined) return undefined;
  let shardsDone = 0;
  let recordsDone = 0;
  for await (const key of store.list(RESULTS_PREFIX)) {
    const records = recordsOfKey(key);
    if (records === undefined) continue;
    shardsDone++;
    recordsDone += records;
  }
  const { model, shards, records } = run;
  return { place: store.url, model: model.name, shards, shardsDone, records, recordsDone };
}

function describe(entry: WorkerEntry): WorkerStatus {
  const perSecond = (count: number): number => (entry.busyMs > 0 ? (1000 * count) / entry.busyMs : 0);
  return {
    ...entry,
    recordsPerSecond: perSecond(entry.records),
    tokensPerSecond: perSecond(entry.tokens),
    isAlive: !entry.hasEnded && Date.now() - entry.atMs < ALIVE_MS,
  };
}
