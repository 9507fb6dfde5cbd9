import { openDataset, type Dataset } from "../../data/dataset/dataset.js";
import { JobError } from "../../errors.js";
import type { DataFile } from "../../formats/data-stream.js";
import { parseJson } from "../../formats/json/parse-json.js";
import { messageOf } from "../../util/caught.js";
import { fileSize } from "../../util/files/optional-file.js";
import { localInput } from "./find-input.js";
import { RUN_KEY, runSchema, type JobRun } from "./shard/run.js";
import { readObject, type ObjectStore } from "./store/object-store.js";
import { openStore } from "./store/open-store.js";

/** A run, with its place and its data as this machine has them. */
export interface OpenRun {
  run: JobRun;
  store: ObjectStore;
  files: readonly DataFile[];
}

/**
 * The run that a place holds.
 * @returns undefined where there is none
 * @throws JobError `STORE_FAILED`; `WORKER_UNFIT` it was submitted by another version of this package
 */
export async function readRun(store: ObjectStore): Promise<JobRun | undefined> {
  const bytes = await readObject(store, RUN_KEY);
  if (bytes === undefined) return undefined;
  const parsed = runSchema.safeParse(parseJson(bytes)?.value);
  if (parsed.success) return parsed.data;
  throw new JobError(
    "WORKER_UNFIT",
    `${store.url} holds a run that this version of llama-reward does not read. Use the version that submitted it.`,
    { cause: parsed.error },
  );
}

/**
 * Opens a run to work on.
 * @param id the run that is meant
 * @param build version of this package
 * @throws JobError `WORKER_UNFIT` it is not there, or another one is; it was submitted by another build; its data is not here. `STORE_FAILED`
 */
export async function openRun(
  place: string,
  id: string,
  build: string,
  signal: AbortSignal | undefined,
): Promise<OpenRun> {
  const store = await openStore(place);
  const run = await readRun(store);
  if (run?.id !== id) {
    throw new JobError(
      "WORKER_UNFIT",
      `${store.url} does not hold the run ${id.slice(0, SHOWN_DIGITS)} here${run === undefined ? "" : ", but another one"}. Give this machine ` +
        "access to the place that was submitted.",
      { details: { place, run: id } },
    );
  }
  if (run.build !== build) {
    throw new JobError(
      "WORKER_UNFIT",
      `The run was submitted by llama-reward ${run.build} and this is ${build}, whose rewards may differ. Install ${run.build} here.`,
      { details: { submitted: run.build, own: build } },
    );
  }
  return { run, store, files: await openFiles(run, signal) };
}

const SHOWN_DIGITS = 12;

/** @throws JobError `WORKER_UNFIT` the files are not here, or not those that were submitted */
async function openFiles({ data }: JobRun, signal: AbortSignal | undefined): Promise<readonly DataFile[]> {
  const { input, split, config } = data;
  const open = async (): Promise<Dataset> =>
    openDataset(await localInput(input, data.files[0]?.sizeBytes, signal), { split, config, signal });
  const dataset = await open().catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new JobError(
      "WORKER_UNFIT",
      `The data that was submitted cannot be read here: ${messageOf(cause)} Mount it at the same path.`,
      { cause, details: { input } },
    );
  });
  const sizes = await Promise.all(dataset.files.map(({ path }) => fileSize(path)));
  const own = dataset.files.map(({ name }, index) => `${name} (${sizes[index] ?? 0} bytes)`);
  const submitted = data.files.map(({ name, sizeBytes }) => `${name} (${sizeBytes} bytes)`);
  const differing = submitted.findIndex((file, index) => file !== own[index]);
  if (own.length === submitted.length && differing < 0) return dataset.files;
  const at = Math.max(0, differing);
  throw new JobError(
    "WORKER_UNFIT",
    `${input} is not what was submitted: there it had ${submitted[at] ?? "nothing more"}, here it has ${own[at] ?? "nothing more"}. Bring ` +
      "the same files.",
    { details: { input, submitted, own } },
  );
}
