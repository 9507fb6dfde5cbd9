import type { RewardErrorCode } from "../../errors.js";
import { codeOf } from "../../util/caught.js";

/** Errors that another machine need not have: it has more memory, the model, the disk, the network. */
const WORKERS_FAULT: ReadonlySet<string> = new Set<RewardErrorCode>([
  "WORKER_UNFIT",
  "ADDON_NOT_FOUND",
  "ADDON_INCOMPATIBLE",
  "MODEL_NOT_FOUND",
  "MODEL_INVALID",
  "MODEL_UNSUPPORTED",
  "MODEL_LOAD_FAILED",
  "HEAD_INVALID",
  "HEAD_MISMATCH",
  "CHECKPOINT_INVALID",
  "CHECKPOINT_UNSUPPORTED",
  "CONVERSION_FAILED",
  "DOWNLOAD_FAILED",
  "FILE_FAILED",
  "FILE_LOCKED",
  "CONTEXT_FAILED",
  "OUT_OF_MEMORY",
  "STORE_FAILED",
  "QUEUE_FAILED",
  "DISPOSED",
]);

/**
 * Whose fault it is that a shard could not be scored. The worker's: it gives the shard back untouched and ends, saying why. The
 * shard's, whatever else it is: it is tried again a few times, elsewhere where there are others, and then given up. A crash of the scoring
 * process that comes again is the shard's: the process was started anew each time.
 */
export function whoseFault(error: unknown): "worker" | "shard" {
  return WORKERS_FAULT.has(codeOf(error) ?? "") ? "worker" : "shard";
}
