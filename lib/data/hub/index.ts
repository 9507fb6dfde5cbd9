/** `llama-reward/hub`: downloads from the Hugging Face Hub into the cache that its other tools share. */
export type * from "../../model/scoring-types.js";
export {
  downloadCheckpoint,
  type DownloadCheckpointOptions,
  type DownloadedCheckpoint,
} from "./download-checkpoint.js";
export type { RetryPolicy } from "./retrying-fetch.js";
