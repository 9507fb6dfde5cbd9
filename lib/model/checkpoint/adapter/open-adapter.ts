import path from "node:path";
import { CheckpointError } from "../../../errors.js";
import type { WeightFile } from "../../../formats/weight-file.js";
import { exists } from "../../../util/files/optional-file.js";
import { listWeights, openWeights } from "../open-weights.js";
import { CONFIG_FILE } from "../read-config.js";
import { plainTensorNames } from "../tensor-names.js";
import { chooseHeadFiles, chooseWeights } from "../weight-files.js";
import { ADAPTER_CONFIG, readAdapterConfig, type AdapterConfig } from "./adapter-config.js";

/** Weights of an adapter, the first that is there. Source: PEFT 0.21 peft/utils/constants.py, SAFETENSORS_WEIGHTS_NAME, WEIGHTS_NAME. */
export const ADAPTER_WEIGHTS: readonly string[] = ["adapter_model.safetensors", "adapter_model.bin"];

/** Whether a folder is an adapter of PEFT, and not a whole model that something of an adapter lies beside. */
export async function isAdapter(directory: string): Promise<boolean> {
  if (!(await exists(path.join(directory, ADAPTER_CONFIG)))) return false;
  if (!(await exists(path.join(directory, CONFIG_FILE)))) return true;
  return chooseWeights(await listWeights(directory)) === undefined;
}

/** An adapter whose files are open; close them. */
export interface OpenAdapter {
  config: AdapterConfig;
  file: WeightFile;
  /** Files with a head beside it, of LLaMA-Factory and TRL. */
  heads: readonly WeightFile[];
}

/**
 * Opens an adapter's configuration and weights.
 * @throws CheckpointError `CHECKPOINT_INVALID`, `CHECKPOINT_UNSUPPORTED`; FileError `FILE_FAILED`
 */
export async function openAdapter(directory: string): Promise<OpenAdapter> {
  const config = await readAdapterConfig(directory);
  const present = await listWeights(directory);
  const name = ADAPTER_WEIGHTS.find((each) => present.includes(each));
  if (config === undefined || name === undefined) {
    const missing = config === undefined ? ADAPTER_CONFIG : ADAPTER_WEIGHTS.join(" nor ");
    throw new CheckpointError(
      "CHECKPOINT_INVALID",
      `${directory} has no ${missing}: it is no whole adapter. Download the missing file, or save the adapter again.`,
      { details: { directory, missing } },
    );
  }
  const files: WeightFile[] = [];
  try {
    const file = await openWeights(path.join(directory, name));
    files.push(file);
    const heads: WeightFile[] = [];
    for (const head of chooseHeadFiles(present)) {
      const opened = withPlainNames(await openWeights(path.join(directory, head.name), head.prefix));
      heads.push(opened);
      files.push(opened);
    }
    const own = chooseWeights(present);
    if (own !== undefined) {
      const opened = "single" in own ? await openWeights(path.join(directory, own.single)) : undefined;
      if (opened !== undefined) files.push(opened);
      heads.push(valueHead(directory, opened));
    }
    return { config, file, heads };
  } catch (error) {
    await Promise.all(files.map((file) => file.close()));
    throw error;
  }
}

/**
 * The file in which TRL's model with a value head keeps that head beside an adapter; any other is a whole model.
 * Source: TRL 0.11 trl/models/modeling_base.py, `PreTrainedModelWrapper.save_pretrained`.
 */
function valueHead(directory: string, file: WeightFile | undefined): WeightFile {
  const plain = file === undefined ? undefined : withPlainNames(file);
  if (plain !== undefined && [...plain.tensors.keys()].every((name) => name.startsWith("v_head.")))
    return plain;
  throw new CheckpointError(
    "CHECKPOINT_UNSUPPORTED",
    `${directory} has an adapter of PEFT beside a model's weights. Whether it is merged into them cannot be told: if it is, remove ` +
      `${ADAPTER_CONFIG} and the adapter's weights; if it is not, put the two into folders of their own.`,
    { details: { directory } },
  );
}

function withPlainNames(file: WeightFile): WeightFile {
  const names = plainTensorNames(file.tensors.keys());
  return file.renamed((name) => names.get(name) ?? name);
}

/** What to do with a folder that is an adapter, where a whole model is needed. @throws as {@link readAdapterConfig} */
export async function adapterWithoutBase(directory: string): Promise<CheckpointError> {
  const config = await readAdapterConfig(directory);
  const { base_model_name_or_path: base = null, r = null } = config ?? {};
  const named = base === null || base === "" ? "a base that it does not name" : base;
  return new CheckpointError(
    "CHECKPOINT_UNSUPPORTED",
    `${directory} is an adapter of PEFT (LoRA${r === null ? "" : ` of rank ${r}`}) for ${named}, not a whole model. ` +
      `Give its base, too: llama-reward convert ${directory} <model-dir> --base ${base ?? "<folder or hub-id>"}.`,
    { details: { directory, base } },
  );
}
