import path from "node:path";
import { CheckpointError } from "../../errors.js";
import { requiredTensors } from "../../score/head/head.js";
import { processEvidence, refuseProcessReward } from "../../score/head/process-reward.js";
import { refuseReferenceReward } from "../../score/head/reference-reward.js";
import type { HeadProfile } from "../../score/head/head-profile.js";
import { detectHead, isStepKind, type DetectedHead } from "../../score/head/registry.js";
import { findProfile } from "../profile/find-profile.js";
import type { Profile } from "../profile/profile.js";
import type { Checkpoint } from "./checkpoint.js";
import { withAskedHead } from "./asked-head.js";
import { findAdaptedHead } from "./adapter/adapted-head.js";
import { readTrainedTokenizer } from "./adapter/trained-tokenizer.js";
import { isTied, openParts, type BaseOptions, type CheckpointFolders } from "./checkpoint-parts.js";
import { findCopies, type TensorCopy } from "./copies.js";
import type { StoredTensor } from "../../formats/safetensors/safetensors-header.js";
import { familyConfig, findArchitecture } from "../architecture/registry.js";
import { planBackbone, type BackbonePlan } from "../architecture/backbone-plan.js";
import { droppingRule } from "../../score/head/dropped-tensors.js";
import type { RawConfig } from "../architecture/raw-config.js";
import type { TokenizerInfo } from "../tokenizer/tokenizer-info.js";

/** A tensor that goes nowhere, and the name of the rule that says so. */
export interface DroppedTensor {
  name: string;
  rule: string;
}

/** What trainers call the matrix that makes logits; the last two are GPT-NeoX's and InternLM 2's. */
const OUTPUT_MATRIX = /(^|\.)lm_head\.weight$|^(embed_out|output)\.weight$/;

const COPY_RULE = "copy of the backbone under another name";

/** What may be said of a checkpoint that it does not say itself. */
export interface PlanOptions extends BaseOptions {
  /** The head that is asked of a causal language model. */
  head?: HeadProfile | undefined;
}

/** Everything a checkpoint says, checked: every tensor has its place. Close `checkpoint`. */
export interface CheckpointPlan {
  checkpoint: Checkpoint;
  folders: CheckpointFolders;
  /** As the family's configuration class reads it. */
  config: RawConfig;
  backbone: BackbonePlan;
  head: DetectedHead;
  dropped: readonly DroppedTensor[];
  /** Tensors among those dropped that are taken for copies of others; `expectCopies` compares them. */
  copies: readonly TensorCopy[];
  tokenizer: TokenizerInfo;
  profile: Profile | undefined;
  /** What users should know about how it is put together. */
  notes: readonly string[];
}

/**
 * Reads a checkpoint folder: configuration, tensor lists, tokenizer and profile. No weights are read.
 * @param hubId where it came from, to find its profile
 * @param options for an adapter: its base
 * @throws InvalidArgumentError for a path that is no folder of a checkpoint; CheckpointError `CHECKPOINT_INVALID`,
 * `CHECKPOINT_UNSUPPORTED`; HeadLoadError `HEAD_INVALID`, `HEAD_MISMATCH`
 */
export async function planCheckpoint(
  checkpointDir: string,
  hubId?: string,
  options: PlanOptions = {},
): Promise<CheckpointPlan> {
  const parts = await openParts(checkpointDir, options);
  const { folders, raw, checkpoint } = parts;
  try {
    const family = familyConfig(findArchitecture(raw), raw);
    const copies = findCopies(checkpoint);
    const backbone = planBackbone(raw, withoutCopies(checkpoint.tensors, copies));
    const profile = await findProfile({ hubId, checkpointDir });
    const names = [hubId ?? path.basename(path.resolve(checkpointDir))];
    const headProfile = withAskedHead(profile, options.head);
    const process = options.head === undefined ? evidenceBeside(profile, family, names) : undefined;
    // A profile of ours says what its model is.
    if ((profile?.hubIds ?? []).length === 0)
      refuseReferenceReward([hubId, path.basename(path.resolve(checkpointDir)), family["_name_or_path"]]);
    const trained = await readTrainedTokenizer(folders, family, backbone.vocabSize);
    const { tokenizer, config } = trained;
    const head = findAdaptedHead(() => findHead(backbone, config, tokenizer, headProfile, process), parts);
    checkStepsRule(head, profile);
    const dropped = [
      ...accountForRest(backbone.leftover, head),
      ...copies.map(({ name }) => ({ name, rule: COPY_RULE })),
    ];
    return {
      checkpoint,
      folders,
      config,
      backbone,
      head,
      dropped,
      copies,
      tokenizer,
      profile,
      notes: [...parts.notes, ...trained.notes],
    };
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}

function withoutCopies(
  tensors: ReadonlyMap<string, StoredTensor>,
  copies: readonly TensorCopy[],
): ReadonlyMap<string, StoredTensor> {
  const names = new Set(copies.map(({ name }) => name));
  return names.size === 0 ? tensors : new Map([...tensors].filter(([name]) => !names.has(name)));
}

function findHead(
  { leftover, config, copied }: BackbonePlan,
  raw: RawConfig,
  tokenizer: TokenizerInfo,
  profile: HeadProfile | undefined,
  process: string | undefined,
): DetectedHead {
  const outputMatrix = [...leftover.values()].find(({ name }) => OUTPUT_MATRIX.test(name));
  const embedding = copied.find(({ name }) => name === "token_embd.weight")?.stored;
  return detectHead({
    tensors: leftover,
    hiddenSize: config.hiddenSize,
    config: raw,
    profile,
    outputMatrix: outputMatrix ?? (isTied(config.raw) ? embedding : undefined),
    tokenId: (text) => findToken(tokenizer, text),
    process,
  });
}

/**
 * What says that this is a process reward model, where no profile of ours says what it is.
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED` a profile beside it says that it is an outcome reward model
 */
function evidenceBeside(
  profile: Profile | undefined,
  config: RawConfig,
  names: readonly string[],
): string | undefined {
  if ((profile?.hubIds ?? []).length > 0) return undefined;
  const evidence = processEvidence({ config, names });
  const claimed = profile?.head.kind;
  if (evidence !== undefined && claimed !== undefined && !isStepKind(claimed))
    throw refuseProcessReward(evidence);
  return evidence;
}

/** A head of steps needs to know how they are joined, any other must not be told. @throws CheckpointError `CHECKPOINT_UNSUPPORTED` */
function checkStepsRule({ definition }: DetectedHead, profile: Profile | undefined): void {
  const { kind, task, usage } = definition;
  const rule = profile?.prompt.steps ?? usage.steps;
  if ((task === "steps") === (rule !== undefined)) return;
  throw new CheckpointError(
    "CHECKPOINT_UNSUPPORTED",
    task === "steps"
      ? `The profile says that the head is ${kind}, but not how the steps of an answer are joined. Add "steps" to it, for ` +
          `example {"layout": "pieces", "separator": "\\n", "aggregate": "min"}.`
      : `The profile says how steps are joined, but a ${kind} head rewards whole answers. Leave "steps" out, or correct "head".`,
    { details: { kind } },
  );
}

function findToken({ metadata }: TokenizerInfo, text: string): number | undefined {
  const tokens = metadata.get("tokenizer.ggml.tokens");
  if (tokens?.type !== "array" || tokens.of !== "string") return undefined;
  const id = tokens.values.indexOf(text);
  return id < 0 ? undefined : id;
}

/** Head tensors are used, some others dropped by name; one that is neither could change the scores. */
function accountForRest(leftover: ReadonlyMap<string, StoredTensor>, head: DetectedHead): DroppedTensor[] {
  const used = new Set(requiredTensors(head.definition, head.spec));
  const rest = [...leftover.keys()].filter((name) => !used.has(name));
  const dropped = rest.map((name) => ({ name, rule: droppingRule(name) }));
  const unknown = dropped.filter(({ rule }) => rule === undefined).map(({ name }) => name);
  if (unknown.length > 0) {
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `The checkpoint has ${unknown.length} tensors that neither the backbone nor the ${head.definition.kind} head uses: ` +
        `${unknown.slice(0, 5).join(", ")}. Its scores may depend on them, so it is not converted: ` +
        "the checkpoint is of a kind this version does not know, or its config.json belongs to another model.",
      { details: { tensors: unknown } },
    );
  }
  return dropped.map(({ name, rule }) => ({ name, rule: rule ?? "" }));
}
