import { openDataset } from "../../data/dataset/dataset.js";
import { InvalidArgumentError } from "../../errors.js";
import type { BackboneType } from "../../model/architecture/backbone-type.js";
import { folderFingerprint } from "../../model/folder/folder-fingerprint.js";
import { findModel } from "../../model/model-finder.js";
import type { EmitField } from "../../score/score.js";
import { fileSize } from "../../util/files/optional-file.js";
import { packageVersion } from "../../util/package-version.js";
import { inputName, localInput } from "./find-input.js";
import { ADDED_AT_ONCE, type JobQueue } from "./queue/job-queue.js";
import { doneKeys, missingShards } from "./read-plan.js";
import { cutShards } from "./shard/cut-shards.js";
import { RUN_FORM, RUN_KEY, runId, type JobRun, type ScoringOptions } from "./shard/run.js";
import { PLAN_KEY, shardId, type ShardRef } from "./shard/shard-ref.js";
import { readObject, type ObjectStore } from "./store/object-store.js";

/** What is to be scored, and how. */
export interface SubmitOptions {
  /** A model folder, or a Hub id. */
  model: string;
  /** A file, a folder, `hub:owner/name` or `s3://bucket/file`. Workers look for it under the same name. */
  input: string;
  split?: string | undefined;
  config?: string | undefined;
  queue: JobQueue;
  /** Where the results go. One run to a place. */
  store: ObjectStore;
  /** Records of a shard, more or less. */
  chunk: number;
  options: Partial<ScoringOptions>;
  emit?: readonly EmitField[] | undefined;
  signal?: AbortSignal | undefined;
  /** Told how many records were looked at. */
  onProgress?: ((records: number) => void) | undefined;
}

/** What was submitted. */
export interface Submitted {
  run: JobRun;
  /** Shards whose results were there already. */
  done: number;
  /** Shards that are in the queue now. */
  queued: number;
}

/**
 * Cuts a dataset into shards and puts those into the queue that have no results yet: after a crash, of Redis too, the same call goes on
 * with what is left.
 * @throws InvalidArgumentError the place holds another run
 * @throws ModelLoadError, DatasetError, DownloadError; JobError `QUEUE_FAILED`, `STORE_FAILED`; `signal.reason`
 */
export async function submit(options: SubmitOptions): Promise<Submitted> {
  const { store, queue } = options;
  const { run, plan } = await makePlan(options);
  await putSame(store, PLAN_KEY, plan.map((shard) => `${JSON.stringify(shard)}\n`).join(""));
  // Last: a place with a run has its plan.
  await putSame(store, RUN_KEY, `${JSON.stringify(run, null, 2)}\n`);
  const missing = missingShards(plan, await doneKeys(store));
  for (let at = 0; at < missing.length; at += ADDED_AT_ONCE) {
    options.signal?.throwIfAborted();
    const some = missing.slice(at, at + ADDED_AT_ONCE);
    await queue.add(some.map((shard) => ({ out: store.url, run: run.id, shard })));
  }
  return { run, done: plan.length - missing.length, queued: missing.length };
}

async function makePlan(options: SubmitOptions): Promise<{ run: JobRun; plan: ShardRef[] }> {
  const { input, split, config, chunk, emit = [], signal, onProgress } = options;
  const name = inputName(input);
  const dataset = await openDataset(await localInput(name, undefined, signal), { split, config, signal });
  const sizes = await Promise.all(dataset.files.map((file) => fileSize(file.path)));
  const { model, type } = await describeModel(options);
  const what = {
    form: RUN_FORM,
    build: packageVersion(),
    model,
    options: { ...options.options, type },
    emit: [...emit],
    data: {
      input: name,
      ...(split === undefined ? {} : { split }),
      ...(config === undefined ? {} : { config }),
      files: dataset.files.map((file, index) => ({ name: file.name, sizeBytes: sizes[index] ?? 0 })),
    },
    chunk,
  } satisfies Partial<JobRun>;
  const id = runId(what);
  const plan: ShardRef[] = [];
  let records = 0;
  for await (const draft of cutShards(dataset.files, chunk, signal)) {
    plan.push({ ...draft, index: plan.length, id: shardId(id, draft) });
    records += draft.records;
    onProgress?.(records);
  }
  return { run: { ...what, id, shards: plan.length, records }, plan };
}

async function describeModel({
  model: name,
  options,
  signal,
}: SubmitOptions): Promise<{ model: JobRun["model"]; type: BackboneType }> {
  const modelDir = await findModel(name, { type: options.type, signal });
  const { reward, type, fingerprint } = await folderFingerprint(modelDir, options.type);
  const { hubId, revision } = reward.source;
  const hubName = hubId === null ? {} : { hubName: revision === null ? hubId : `${hubId}@${revision}` };
  const { architecture } = reward.backbone;
  return { model: { name: reward.name, architecture, fingerprint, ...hubName }, type };
}

/** @throws InvalidArgumentError something else is there */
async function putSame(store: ObjectStore, key: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  if (await store.put(key, bytes)) return;
  if ((await readObject(store, key))?.equals(bytes) === true) return;
  throw new InvalidArgumentError(
    `${store.url} holds the results of another run: other records, another model, other options or another version. Choose another --out.`,
    { details: { key } },
  );
}
