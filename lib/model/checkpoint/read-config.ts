import { z } from "zod";
import { CheckpointError } from "../../errors.js";
import { refuseAdapterFiles } from "./adapter.js";
import type { RawConfig } from "../architecture/raw-config.js";
import { readCheckpointJson } from "../tokenizer/checkpoint-json.js";

/** The file that makes a folder a checkpoint. */
export const CONFIG_FILE = "config.json";

/** A checkpoint's `config.json`. @throws CheckpointError `CHECKPOINT_INVALID` when missing or damaged; `CHECKPOINT_UNSUPPORTED` for an adapter without its model */
export async function readConfig(checkpointDir: string): Promise<RawConfig> {
  const config = await readCheckpointJson(checkpointDir, CONFIG_FILE, z.record(z.string(), z.unknown()));
  if (config !== undefined) return config;
  await refuseAdapterFiles(checkpointDir, false);
  throw new CheckpointError(
    "CHECKPOINT_INVALID",
    `${checkpointDir} has no ${CONFIG_FILE}. Give the folder of a Hugging Face checkpoint.`,
    { details: { checkpointDir } },
  );
}
