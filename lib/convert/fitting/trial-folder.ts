import { copyFile, link, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { admitBackbone } from "../../model/admission/admit-backbone.js";
import { backboneFileName } from "../../model/folder/file-names.js";
import type { RewardJson } from "../../model/folder/reward-json.js";
import { writeRewardJson } from "../../model/folder/write-reward-json.js";
import type { QuantizedType } from "../../model/architecture/backbone-type.js";
import { hashFile } from "../../util/files/hash-file.js";
import { scoreWith, type RecordOptions, type ReferenceSet } from "./reference-set.js";

/** A model folder for backbones that are only tried. */
export class TrialFolder {
  readonly #directory: string;
  readonly #reward: RewardJson;
  readonly #type: QuantizedType;

  private constructor(directory: string, reward: RewardJson, type: QuantizedType) {
    this.#directory = directory;
    this.#reward = reward;
    this.#type = type;
  }

  /** @param modelDir whose head and rules are used */
  static async create(
    directory: string,
    modelDir: string,
    reward: RewardJson,
    type: QuantizedType,
  ): Promise<TrialFolder> {
    await mkdir(directory);
    const head = path.join(directory, reward.headFile.file);
    await copyFile(path.join(modelDir, reward.headFile.file), head);
    return new TrialFolder(directory, reward, type);
  }

  /** What each reward of the reference set is off by with a backbone, in standard deviations. */
  async errors(file: string, set: ReferenceSet, options: Omit<RecordOptions, "records">): Promise<number[]> {
    const type = this.#type;
    const name = backboneFileName(type);
    const target = path.join(this.#directory, name);
    await rm(target, { force: true });
    await link(file, target).catch(() => copyFile(file, target));
    const headerSha256 = await admitBackbone(target, { type, facts: this.#reward.backbone });
    const record = { file: name, ...(await hashFile(target)), headerSha256 };
    await writeRewardJson(this.#directory, {
      ...this.#reward,
      backbone: { ...this.#reward.backbone, defaultType: type, files: { [type]: record } },
    });
    const scores = await scoreWith(this.#directory, type, set.conversations, options);
    return scores.map(({ reward }, index) => (reward - (set.rewards[index] ?? Number.NaN)) / set.spread);
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}
