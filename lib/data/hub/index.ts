/**
 * Downloads from the Hugging Face Hub into the cache that its other tools share.
 * @module llama-reward/hub
 */
export type * from "../../model/scoring-types.js";
export { downloadCheckpoint } from "./download-checkpoint.js";
export type { HubFile } from "./download-file.js";
export {
  downloadSnapshot,
  type HubOptions,
  type HubRepository,
  type Snapshot,
  type SnapshotOptions,
} from "./download-snapshot.js";
export { hubIdOfCache } from "./cache-layout.js";
export type { RetryPolicy } from "./retrying-fetch.js";
