import { type BackboneType, checkBackboneType, ownType } from "../model/architecture/backbone-type.js";
import path from "node:path";
import { proveHead } from "../score/head/load-head.js";
import { makePromptSpec } from "../model/checkpoint/make-prompt-spec.js";
import { InvalidArgumentError } from "../errors.js";
import { rememberFiles } from "../model/folder/checksum-memory.js";
import { HEAD_FILE, REFERENCE_FOLDER, REWARD_JSON } from "../model/folder/file-names.js";
import { readRewardJson } from "../model/folder/read-reward-json.js";
import { writeRewardJson } from "../model/folder/write-reward-json.js";
import { REWARD_JSON_VERSION, type WeightsRecord, type RewardJson } from "../model/folder/reward-json.js";
import { StagingFolder } from "../model/folder/staging.js";
import type { F16Losses } from "../formats/floats/f16-losses.js";
import type { Progress } from "../score/score.js";
import { expectCopies } from "../check/expect-copies.js";
import { expectSameTokens } from "./expect-same-tokens.js";
import { expectTokens } from "../check/expect-tokens.js";
import {
  planCheckpoint,
  type CheckpointPlan,
  type DroppedTensor,
} from "../model/checkpoint/checkpoint-plan.js";
import { backboneFacts, makeBackbone } from "./make-backbone.js";
import { describeSources, sourceFiles } from "./describe-sources.js";
import { convertReference, checkHeadOptions, type HeadOptions } from "./convert-reference.js";
import { findBase } from "./find-base.js";
import { mergeRows } from "./stream/merge-rows.js";
import { writeHead } from "./write-head.js";

/** What `convertCheckpoint` may be told. */
export interface ConvertOptions extends HeadOptions {
  /**
   * Storage type of the backbone. `auto` (default) keeps every weight of the checkpoint as it is: its own precision, or f16 for a
   * bf16 one whose weights f16 holds exactly.
   */
  type?: BackboneType | "auto" | undefined;
  /**
   * A GGUF of the same model, whose tensors are taken instead of converting the checkpoint's. It must be the backbone of the
   * checkpoint's head: every value is compared.
   */
  backbone?: string | undefined;
  /** For an adapter of PEFT: the model that it was trained on, a folder or `owner/name` on the Hub, which is downloaded. */
  base?: string | undefined;
  /** Revision of a base on the Hub. Default `main`. */
  baseRevision?: string | undefined;
  /** Where the checkpoint came from: finds its profile, and is recorded. */
  hubId?: string | undefined;
  /** Revision on the Hub, recorded. */
  revision?: string | undefined;
  /** Aborts the conversion, which rejects with `signal.reason` and leaves nothing. */
  signal?: AbortSignal | undefined;
  /** Phases: `convert` (bytes of weight files), `quantize`, `check`. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** What a conversion made. */
export interface ConvertResult {
  modelDir: string;
  reward: RewardJson;
  /** Type of the backbone made. */
  type: BackboneType;
  /** The checkpoint's own precision. */
  ownType: BackboneType;
  /** Tensors of the checkpoint that went nowhere, by rule. */
  dropped: readonly DroppedTensor[];
}

/**
 * Converts a Hugging Face checkpoint to a model folder. Into an existing model folder of the same checkpoint, the backbone is
 * added beside those that are there. The folder appears when everything is complete; a failed or aborted run leaves nothing.
 * The same input gives the same bytes.
 * @throws CheckpointError `CHECKPOINT_INVALID`, `CHECKPOINT_UNSUPPORTED`, `CONVERSION_FAILED`; HeadLoadError `HEAD_INVALID`,
 * `HEAD_MISMATCH`; InvalidArgumentError; FileError `FILE_FAILED`, `FILE_LOCKED`; `signal.reason`
 * @example
 * ```ts
 * import { convertCheckpoint } from "llama-reward/convert";
 *
 * const { type, dropped } = await convertCheckpoint("checkpoint", "models/new", { type: "f16" });
 * console.log(type, dropped.length);
 * ```
 */
export async function convertCheckpoint(
  checkpointDir: string,
  modelDir: string,
  options: ConvertOptions = {},
): Promise<ConvertResult> {
  return convertAs(checkpointDir, modelDir, options);
}

/** @param policy of which this checkpoint is the reference */
async function convertAs(
  checkpointDir: string,
  modelDir: string,
  options: ConvertOptions,
  policy?: PolicyPrompt,
): Promise<ConvertResult> {
  const { signal, onProgress, hubId } = options;
  const head = checkHeadOptions(options);
  signal?.throwIfAborted();
  const requested = options.type ?? "auto";
  if (requested !== "auto") checkBackboneType(requested);
  const base =
    options.base === undefined
      ? undefined
      : await findBase(options.base, { revision: options.baseRevision, signal, onProgress });
  const plan = await planCheckpoint(checkpointDir, hubId, { base: base?.directory, merge: mergeRows, head });
  try {
    if (policy !== undefined) expectSameTokens(plan.tokenizer, policy.tokenizer);
    await expectCopies(plan.checkpoint, plan.copies, signal);
    const staging = await StagingFolder.create(modelDir);
    try {
      const backbone = await makeBackbone({
        plan,
        type: requested,
        existing: options.backbone,
        staging,
        signal,
        onProgress,
      });
      const headFile = await writeHead(plan.checkpoint, plan.head, staging.file(HEAD_FILE));
      await proveHead(plan.head.spec, staging.file(HEAD_FILE), plan.backbone.config.hiddenSize);
      const prompt = promptOf(plan, policy?.template);
      const reference = await convertReference(options, async (directory, rest) => {
        const inside = staging.isInsideModelFolder ? modelDir : staging.directory;
        const asPolicy = { tokenizer: plan.tokenizer, template: prompt.template };
        const made = await convertAs(
          directory,
          path.join(inside, REFERENCE_FOLDER),
          { ...rest, type: backbone.type, signal, onProgress },
          asPolicy,
        );
        return made.reward;
      });
      const fresh = describe(plan, checkpointDir, options, {
        prompt,
        reference,
        type: backbone.type,
        backbone: backbone.record,
        headFile,
        sources: await describeSources(plan, backbone.sources, base),
        f16Losses: backbone.f16Losses,
      });
      const reward = await writeRewardJson(
        staging.directory,
        staging.isInsideModelFolder ? merge(await readRewardJson(modelDir), fresh, modelDir) : fresh,
      );
      await expectTokens(staging.file(backbone.record.file), plan.folders, reward, signal);
      signal?.throwIfAborted();
      await staging.commit();
      await rememberFiles(modelDir, [backbone.record, headFile]);
      const own = ownType(plan.backbone.copied);
      return { modelDir, reward, type: backbone.type, ownType: own, dropped: plan.dropped };
    } finally {
      await staging.dispose();
    }
  } finally {
    await plan.checkpoint.close();
  }
}

interface Written {
  type: BackboneType;
  backbone: WeightsRecord;
  headFile: WeightsRecord;
  sources: Pick<RewardJson["source"], "files" | "base">;
  f16Losses: F16Losses | undefined;
  prompt: RewardJson["prompt"];
  reference: RewardJson["reference"];
}

/** What a reference must have in common with its policy, or may take from it. */
interface PolicyPrompt {
  tokenizer: CheckpointPlan["tokenizer"];
  template: string;
}

function promptOf(
  { head, tokenizer, profile, config }: CheckpointPlan,
  template: string | undefined,
): RewardJson["prompt"] {
  return makePromptSpec({ tokenizer, usage: head.definition.usage, profile, config, template });
}

function describe(
  { backbone, head, tokenizer, profile, notes }: CheckpointPlan,
  checkpointDir: string,
  { hubId, revision }: ConvertOptions,
  written: Written,
): RewardJson {
  return {
    schemaVersion: REWARD_JSON_VERSION,
    name: hubId ?? path.basename(path.resolve(checkpointDir)),
    source: {
      hubId: hubId ?? null,
      revision: revision ?? null,
      profile: profile?.name ?? null,
      license: profile?.license ?? null,
      ...written.sources,
    },
    backbone: {
      ...backboneFacts(backbone),
      contextLength: Math.min(backbone.contextLength, profile?.contextLength ?? Infinity),
      defaultType: written.type,
      ...(written.f16Losses && { f16Losses: written.f16Losses }),
      files: { [written.type]: written.backbone },
    },
    head: head.spec,
    headFile: written.headFile,
    prompt: written.prompt,
    ...(written.reference && { reference: written.reference }),
    publishedScores: profile?.publishedScores ?? [],
    calibration: null,
    notes: [...notes, ...backbone.notes, ...tokenizer.notes, ...(profile?.warnings ?? [])],
  };
}

/** Adds a backbone to what a model folder has. @throws InvalidArgumentError when it was made from other files */
function merge(existing: RewardJson, fresh: RewardJson, modelDir: string): RewardJson {
  const recorded = new Map(sourceFiles(existing));
  const now = sourceFiles(fresh);
  const [other] = now.find(([file, sha256]) => recorded.get(file) !== sha256) ?? [];
  if (other !== undefined || recorded.size !== now.length) {
    throw new InvalidArgumentError(
      `${modelDir} was made from another checkpoint (${existing.name}): ${other ?? REWARD_JSON} differs. ` +
        "Choose another folder for this one.",
      { details: { modelDir, file: other } },
    );
  }
  return {
    ...fresh,
    backbone: {
      ...existing.backbone,
      ...fresh.backbone,
      defaultType: existing.backbone.defaultType,
      files: { ...existing.backbone.files, ...fresh.backbone.files },
    },
    calibration: existing.calibration,
  };
}
