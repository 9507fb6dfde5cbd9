import type { BackboneType } from "../model/architecture/backbone-type.js";
import { join } from "node:path";
import { withVocabulary } from "../score/backbone/vocabulary.js";
import { requireCheckpoint } from "../model/checkpoint/checkpoint-folder.js";
import { ADAPTER_CONFIG } from "../model/checkpoint/adapter/adapter-config.js";
import type { CheckpointFolders } from "../model/checkpoint/checkpoint-parts.js";
import { CONFIG_FILE } from "../model/checkpoint/read-config.js";
import { ModelLoadError, RewardError } from "../errors.js";
import { CacheLayout } from "../data/hub/cache-layout.js";
import { defaultCacheDir } from "../data/hub/hub-settings.js";
import { admitRecorded } from "../model/folder/open-model-folder.js";
import { REFERENCE_FOLDER } from "../model/folder/file-names.js";
import { readReference } from "../model/folder/read-reference.js";
import { readRewardJson } from "../model/folder/read-reward-json.js";
import type { RewardJson } from "../model/folder/reward-json.js";
import { loadAddon } from "../score/native/binding.js";
import { findProfile } from "../model/profile/find-profile.js";
import { RewardModel } from "../model/reward-model.js";
import { exists } from "../util/files/optional-file.js";
import { checkAdvice } from "./check-advice.js";
import { checkDescription } from "./check-description.js";
import { differingSources } from "./differing-sources.js";
import { checkHead, checkTensors } from "./check-tensors.js";
import { checkFiles } from "./check-files.js";
import { checkPublishedScores } from "./check-published-scores.js";
import { checkTokens } from "./check-tokens.js";
import { planToCompare } from "./verify-tensors.js";
import { checkOf, skipped, type Check } from "./check.js";

/** Options of `verifyModel`. */
export interface VerifyOptions {
  /** Checkpoint folder to compare with. Default: the Hub cache's copy of the recorded revision, if it is there. */
  against?: string | undefined;
  /** Folder of the base, where `against` is an adapter. Default: the Hub cache's copy of the recorded one, if it is there. */
  base?: string | undefined;
  /** Checkpoint folder of a DPO model's reference. Default: the Hub cache's copy of the recorded revision, if it is there. */
  reference?: string | undefined;
  /** Backbone file to check. Default: the one `reward.json` names. */
  type?: BackboneType | undefined;
  /** As in `LoadOptions`. */
  device?: string | undefined;
  threads?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Told each check as it ends. */
  onCheck?: ((check: Check) => void) | undefined;
}

/** Outcome of `verifyModel`. */
export interface VerifyReport {
  model: string;
  type: BackboneType;
  /** Checkpoint folder compared with, or null. */
  against: string | null;
  /** No check failed. */
  isGood: boolean;
  /**
   * Whether only the comparison with `against` failed, and `against` is not, or not any more, what the folder was made from: then
   * nothing is proved, neither for the folder nor against it.
   */
  isOtherCheckpoint: boolean;
  checks: Check[];
}

/**
 * Proves on this machine that a model folder is what its checkpoint says: its files, `reward.json`, every tensor, the
 * tokens, the published scores; and tells what changes scores without being wrong.
 * @throws InvalidArgumentError when `against` is no checkpoint; ModelLoadError when the folder cannot even be read; what is wrong inside it is a failed check, not an error
 * @example
 * ```ts
 * import { verifyModel } from "llama-reward/check";
 *
 * const { isGood, checks } = await verifyModel("models/grm");
 * console.log(isGood, checks.map(({ name, status }) => `${name}: ${status}`));
 * ```
 */
export async function verifyModel(modelDir: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const reward = await readRewardJson(modelDir, { check: false });
  if (options.against !== undefined) await requireCheckpoint(options.against);
  if (options.base !== undefined) await requireCheckpoint(options.base);
  const type = options.type ?? reward.backbone.defaultType;
  const record = reward.backbone.files[type];
  if (record === undefined) {
    throw new ModelLoadError("MODEL_NOT_FOUND", `${modelDir} has no backbone of type ${type}.`);
  }
  const { against, base } = await findSources(reward, options);
  let folders = against === undefined ? undefined : likelyFolders(against, base);
  const checks: Check[] = [];
  const add = async (name: Check["name"], make: () => Promise<Check>): Promise<void> => {
    const check = await make().catch((error: unknown) => failure(name, error));
    checks.push(check);
    options.onCheck?.(check);
  };
  const { signal } = options;
  // Nothing that is not admitted is handed to llama.cpp, not even to tokenize.
  const admit = (): Promise<string> => admitRecorded(modelDir, reward, type, record);
  await add("files", () => checkFiles(modelDir, reward, signal));
  await add("head", () => checkHead(modelDir, reward));
  if (against === undefined) {
    const why = "needs the checkpoint: --against <hf-dir>";
    for (const name of ["description", "tensors", "tokens"] as const) {
      await add(name, () => Promise.resolve(skipped(name, why)));
    }
  } else {
    // A vocabulary takes seconds to read: once will do.
    const planning = planToCompare(reward, against, base);
    try {
      await add("description", async () => {
        const plan = await planning;
        folders = plan.folders;
        return checkDescription(reward, plan);
      });
      await add("tensors", async () => checkTensors(modelDir, reward, await planning, type, signal));
    } finally {
      await planning.then(
        ({ checkpoint }) => checkpoint.close(),
        () => undefined,
      );
    }
    await add("tokens", async () => {
      const file = await admit();
      const likely = folders ?? likelyFolders(against, base);
      return withVocabulary(loadAddon(), file, (model) => checkTokens(model, file, reward, likely, signal));
    });
  }
  if (reward.reference !== undefined)
    await add("reference", () => checkReference(modelDir, reward, { ...options, type }));
  await add("scores", async () => {
    if (reward.publishedScores.length === 0) return checkPublishedScores(reward, undefined, signal);
    await using model = await RewardModel.load(modelDir, { ...loading(options), type });
    return await checkPublishedScores(reward, model, signal);
  });
  await add("advice", async () => {
    const profile = await findProfile({ hubId: reward.source.hubId ?? undefined, checkpointDir: against });
    await admit();
    return withVocabulary(loadAddon(), join(modelDir, record.file), (model) =>
      checkAdvice(reward, type, profile, model),
    );
  });
  const failed = checks.filter(({ status }) => status === "fail").map(({ name }) => name);
  const isOnlyComparison = failed.length > 0 && failed.every((name) => COMPARISONS.has(name));
  return {
    model: reward.name,
    type,
    against: against ?? null,
    isGood: failed.length === 0,
    isOtherCheckpoint:
      isOnlyComparison && folders !== undefined && (await differingSources(folders, reward)).length > 0,
    checks,
  };
}

/** Where things are unless the checkpoint, once it is read, says otherwise. */
function likelyFolders(against: string, base = against): CheckpointFolders {
  return { named: against, ...(base !== against && { base }), config: base, tokenizer: base };
}

/** The checks that depend on the checkpoint. */
const COMPARISONS: ReadonlySet<Check["name"]> = new Set(["description", "tensors", "tokens"]);

function loading({ device, threads, signal }: VerifyOptions): VerifyOptions {
  return { device, threads, signal };
}

/** What to compare with: the folders that were named, else the Hub cache's copies of those a folder was made from. */
async function findSources(
  { source }: RewardJson,
  { against, base }: VerifyOptions,
): Promise<{ against: string | undefined; base: string | undefined }> {
  const isMerged = source.base !== undefined;
  const named =
    against ?? (await cached(source.hubId, source.revision, isMerged ? ADAPTER_CONFIG : CONFIG_FILE));
  const under = base ?? (await cached(source.base?.name ?? null, source.base?.revision ?? null, CONFIG_FILE));
  // Without its base an adapter is nothing to compare with; where it was asked for, the check says so.
  const isWhole = against !== undefined || !isMerged || under !== undefined;
  return { against: isWhole ? named : undefined, base: isMerged || base !== undefined ? under : undefined };
}

async function cached(
  hubId: string | null,
  revision: string | null,
  file: string,
): Promise<string | undefined> {
  if (hubId === null || revision === null) return undefined;
  const directory = new CacheLayout(defaultCacheDir(), hubId).snapshotDir(revision);
  return (await exists(join(directory, file))) ? directory : undefined;
}

/** Whether a DPO model's reference is the recorded one, and is what its own checkpoint says. */
async function checkReference(modelDir: string, reward: RewardJson, options: VerifyOptions): Promise<Check> {
  await readReference(modelDir, reward);
  const { reference: against, type, device, threads, signal } = options;
  const directory = join(modelDir, REFERENCE_FOLDER);
  const { checks } = await verifyModel(directory, { against, type, device, threads, signal });
  const of = (status: Check["status"]): Check[] => checks.filter((check) => check.status === status);
  const findings = of("fail").flatMap(({ name, summary, findings: found }) => [
    `${name}: ${summary}`,
    ...found,
  ]);
  const skips = of("skip").map(({ name }) => name);
  const left = skips.length === 0 ? "" : `, without ${skips.join(", ")} (--reference <hf-dir>)`;
  return checkOf("reference", findings, {
    pass: `${checks.length - skips.length} checks of the reference${left}`,
    fail: "the reference is not what it should be",
  });
}

/** A check that ends in one of our errors has failed for the reason the error gives; anything else is a bug. */
function failure(name: Check["name"], error: unknown): Check {
  if (!(error instanceof RewardError)) throw error;
  return { name, status: "fail", summary: `${error.code}: ${error.message}`, findings: [] };
}
