import { HostError, JobError } from "../../errors.js";
import { canonicalJson } from "../../formats/json/canonical-json.js";
import type { LoadOptions } from "../../model/load-options.js";
import type { Scorer } from "../../score/score.js";
import { startScoringHost } from "../host/index.js";
import { fetchModelFolder, findModelFolder } from "./find-model.js";
import type { JobRun } from "./shard/run.js";
import { parseBucketPlace } from "./store/bucket-place.js";
import { copiesOf } from "./store/local-copy.js";
import { openStore } from "./store/open-store.js";

/** Where a worker has its scorers from. */
export interface ScorerSource {
  /** Loads what a run is scored with. @throws what says that this machine cannot */
  open(run: JobRun, signal: AbortSignal): Promise<Scorer>;
}

/** What each machine decides for itself: rewards do not depend on it, or only in their last digits. */
export type MachineOptions = Pick<LoadOptions, "device" | "gpuLayers" | "threads">;

/**
 * Models of a folder, each in a process of its own: a crash in native code ends no worker, and the worker's event loop is free to
 * renew its locks.
 */
export class ModelSource implements ScorerSource {
  /**
   * @param folder a model folder, or one with several in it; or such a place of a bucket
   * @param onWarning told of restarts
   */
  constructor(
    readonly folder: string,
    readonly machine: MachineOptions,
    readonly onWarning: (message: string) => void,
  ) {}

  /** @throws JobError `WORKER_UNFIT`; what `RewardModel.load` throws */
  async open(run: JobRun, signal: AbortSignal): Promise<Scorer> {
    const model = (await this.#find(run, signal)) ?? run.model.hubName;
    if (model === undefined) {
      throw new JobError(
        "WORKER_UNFIT",
        `${this.folder} has no model folder of ${run.model.name} as it was submitted (type ${run.options.type}, SHA-256 ` +
          `${run.model.fingerprint.slice(0, SHOWN_DIGITS)}…). Copy the model folder there.`,
        { details: { ...run.model } },
      );
    }
    const scorer = await start(model, { ...run.options, ...this.machine }, this.onWarning, signal);
    const { fingerprint } = scorer.description;
    if (fingerprint === run.model.fingerprint) return scorer;
    await scorer.dispose();
    throw new JobError(
      "WORKER_UNFIT",
      `${model} is another model here than the one that was submitted: its SHA-256 is ${fingerprint}, not ${run.model.fingerprint}. Copy ` +
        "the model folder that was submitted.",
      { details: { model, fingerprint, submitted: run.model.fingerprint } },
    );
  }

  async #find(run: JobRun, signal: AbortSignal): Promise<string | undefined> {
    if (parseBucketPlace(this.folder) === undefined) return findModelFolder(this.folder, run);
    return fetchModelFolder(await openStore(this.folder), run, copiesOf(this.folder), signal);
  }
}

const SHOWN_DIGITS = 12;

async function start(
  model: string,
  load: LoadOptions,
  onWarning: (message: string) => void,
  signal: AbortSignal,
): Promise<Scorer> {
  try {
    return await startScoringHost(model, {
      load: definedOnly(load),
      hosts: ["child-process"],
      onCrash: "retry",
      onWarning,
      signal,
    });
  } catch (cause) {
    if (!(cause instanceof HostError)) throw cause;
    throw new JobError("WORKER_UNFIT", `The model cannot be started here: ${cause.message}`, { cause });
  }
}

function definedOnly(options: LoadOptions): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What makes a scorer another one. */
export function scorerKey({ model, options }: JobRun): string {
  return canonicalJson([model.fingerprint, options]);
}
