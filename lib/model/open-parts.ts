import path from "node:path";
import { ModelLoadError } from "../errors.js";
import { Backbone } from "../score/backbone/backbone.js";
import { PairedBackbone, type ScoringBackbone } from "../score/backbone/paired-backbone.js";
import { DifferenceHead } from "../score/head/difference-head.js";
import { betaOf } from "../score/head/dpo-head.js";
import { loadHead, type LoadedHead } from "../score/head/load-head.js";
import { nativeDense } from "../score/head/native-dense.js";
import { loadAddon } from "../score/native/binding.js";
import type { BackboneType } from "./architecture/backbone-type.js";
import { REFERENCE_FOLDER } from "./folder/file-names.js";
import { modelFingerprint, pairFingerprint } from "./folder/fingerprint.js";
import { checkedModel } from "./folder/open-model-folder.js";
import { readReference } from "./folder/read-reference.js";
import type { RewardJson } from "./folder/reward-json.js";
import type { LoadOptions } from "./load-options.js";

/** What a model scores with. */
export interface ModelParts {
  backbone: ScoringBackbone;
  head: LoadedHead;
  /** Tells models apart by what their rewards depend on. */
  fingerprint: string;
}

/**
 * Loads the backbone and the head of a model folder; of a DPO model those of its reference, too, which computes the same tokens.
 * @throws ModelLoadError, HeadLoadError, AddonLoadError, ContextError; `signal.reason`
 */
export async function openParts(
  modelDir: string,
  reward: RewardJson,
  type: BackboneType,
  options: LoadOptions,
): Promise<ModelParts> {
  const own = await openOne(modelDir, reward, type, options);
  try {
    const reference = await readReference(modelDir, reward, { check: options.check });
    if ((own.head.definition.needsReference === true) !== (reference !== undefined)) {
      throw new ModelLoadError(
        "MODEL_INVALID",
        `reward.json says one thing of ${reward.name}'s head (${reward.head.kind}) and another of its reference. Convert the model again.`,
      );
    }
    if (reference === undefined) return own;
    const other = await openOne(path.join(modelDir, REFERENCE_FOLDER), reference, type, options);
    const { hiddenSize } = reward.backbone;
    return {
      backbone: new PairedBackbone(own.backbone, other.backbone),
      head: {
        ...own.head,
        head: new DifferenceHead(own.head.head, other.head.head, hiddenSize, betaOf(reward.head)),
      },
      fingerprint: pairFingerprint(own.fingerprint, other.fingerprint),
    };
  } catch (error) {
    await close(own);
    throw error;
  }
}

async function openOne(
  modelDir: string,
  reward: RewardJson,
  type: BackboneType,
  options: LoadOptions,
): Promise<ModelParts> {
  const files = await checkedModel(modelDir, reward, type, options);
  const addon = loadAddon();
  const backbone = await Backbone.load(addon, files.backbone, options);
  try {
    const dense = nativeDense(addon, backbone.contextInfo.threads);
    const head = await loadHead(reward.head, files.head, reward.backbone.hiddenSize, dense);
    return { backbone, head, fingerprint: modelFingerprint(reward, type) };
  } catch (error) {
    await backbone.dispose();
    throw error;
  }
}

/** Frees what was opened. */
export async function close({ backbone, head }: ModelParts): Promise<void> {
  await backbone.dispose();
  await head.head.dispose();
}
