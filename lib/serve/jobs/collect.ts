import { InvalidArgumentError, JobError } from "../../errors.js";
import { canonicalJson } from "../../formats/json/canonical-json.js";
import { readRun } from "./open-run.js";
import { doneKeys, readPlan } from "./read-plan.js";
import type { JobRun } from "./shard/run.js";
import { resultKey, type ShardRef } from "./shard/shard-ref.js";
import { unpackResult, type ResultHeader } from "./shard/shard-result.js";
import { readObject, type ObjectStore } from "./store/object-store.js";

/** What `collect` may be told. */
export interface CollectOptions {
  /** Takes results together whose last digits differ, since they were computed on different kinds of devices. */
  mixed?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** The results of one shard. */
export interface CollectedShard {
  shard: ShardRef;
  header: ResultHeader;
  /** As `score --out` writes them. */
  lines: Uint8Array;
}

/** The results of a run. */
export interface Collection {
  run: JobRun;
  /** In order; one shard in memory at a time. */
  shards: AsyncIterable<CollectedShard>;
}

/**
 * Opens the results of a run, after checking that all are there.
 * @throws InvalidArgumentError no run there; JobError `SHARDS_MISSING`, `STORE_FAILED`
 */
export async function collect(store: ObjectStore, options: CollectOptions = {}): Promise<Collection> {
  const run = await readRun(store);
  if (run === undefined)
    throw new InvalidArgumentError(`${store.url} holds no run. Name the --out of a submit.`);
  await checkComplete(store, run);
  return { run, shards: readShards(store, options) };
}

async function checkComplete(store: ObjectStore, { shards }: JobRun): Promise<void> {
  const done = await doneKeys(store);
  let missing = 0;
  let first: ShardRef | undefined;
  for await (const shard of readPlan(store)) {
    if (done.has(resultKey(shard))) continue;
    missing++;
    first ??= shard;
  }
  if (first === undefined) return;
  throw new JobError(
    "SHARDS_MISSING",
    `${missing} of ${shards} shards have no results yet, the first is shard ${first.index}. Let the workers go on; \`llama-reward status\` ` +
      "tells which failed and why, and the same submit puts what is missing into the queue again.",
    { details: { missing, shards, first: first.index } },
  );
}

async function* readShards(
  store: ObjectStore,
  { mixed, signal }: CollectOptions,
): AsyncIterable<CollectedShard> {
  let firstMade: ResultHeader["made"] | undefined;
  for await (const shard of readPlan(store)) {
    signal?.throwIfAborted();
    const bytes = await readObject(store, resultKey(shard));
    if (bytes === undefined) {
      throw new JobError("STORE_FAILED", `${resultKey(shard)} has gone from ${store.url}. Submit again.`);
    }
    const { header, lines } = unpackResult(shard, bytes);
    firstMade ??= header.made;
    if (mixed !== true) checkSame(firstMade, header, shard);
    yield { shard, header, lines };
  }
}

/** @throws InvalidArgumentError two shards were computed differently */
function checkSame(first: ResultHeader["made"], { made, worker }: ResultHeader, { index }: ShardRef): void {
  const differing = Object.keys({ ...first, ...made }).filter(
    (key) => canonicalJson([first[key]]) !== canonicalJson([made[key]]),
  );
  if (differing.length === 0) return;
  const differences = differing.map(
    (key) => `${key} ${JSON.stringify(first[key])} and ${JSON.stringify(made[key])}`,
  );
  throw new InvalidArgumentError(
    `The shards were not all computed alike: ${differences.join("; ")} (shard ${index}, by ${worker}). The last digits of their rewards ` +
      "may differ; --mixed takes them together all the same.",
    { details: { differing } },
  );
}
