import { JobError } from "../../errors.js";
import { readJsonLines } from "../../formats/json/json-lines.js";
import { PLAN_KEY, resultKey, RESULTS_PREFIX, shardSchema, type ShardRef } from "./shard/shard-ref.js";
import type { ObjectStore } from "./store/object-store.js";

/**
 * The shards of a run, in order.
 * @throws JobError `STORE_FAILED` the list cannot be read
 */
export async function* readPlan(store: ObjectStore): AsyncIterable<ShardRef> {
  const bytes = await store.read(PLAN_KEY);
  if (bytes === undefined) throw damaged(store);
  for await (const { value } of readJsonLines(bytes)) {
    const parsed = shardSchema.safeParse(value);
    if (!parsed.success) throw damaged(store);
    yield parsed.data;
  }
}

/** Keys of the results that are there: what is done, whatever Redis knows of it. @throws JobError `STORE_FAILED` */
export async function doneKeys(store: ObjectStore): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const key of store.list(RESULTS_PREFIX)) keys.add(key);
  return keys;
}

/** The shards that have no results yet. */
export function missingShards(plan: readonly ShardRef[], done: ReadonlySet<string>): ShardRef[] {
  return plan.filter((shard) => !done.has(resultKey(shard)));
}

function damaged(store: ObjectStore): JobError {
  return new JobError(
    "STORE_FAILED",
    `The list of shards at ${store.url}/${PLAN_KEY} is missing or damaged. Submit again with another --out.`,
  );
}
