/**
 * For Electron's main process. Imports nothing of Electron: the program passes the modules it has. Pages use
 * `llama-reward/electron/renderer`, preload scripts `llama-reward/electron/preload`.
 * @module llama-reward/electron
 */
import {
  startScoringHost as startNodeHost,
  type HostedScorer,
  type ScoringHostOptions,
} from "../host/index.js";
import type { UtilityProcessModule } from "./electron-api.js";
import { launchUtility } from "./launch-utility.js";

export * from "../host/index.js";
export { serveRenderers, type ServeRenderersOptions } from "./serve-renderers.js";
export type * from "./electron-api.js";

export interface ElectronHostOptions extends ScoringHostOptions {
  /** Electron's `utilityProcess`. Without it the model runs in a Node child process. */
  utilityProcess?: UtilityProcessModule | undefined;
}

/**
 * Loads a model in a utility process of its own and keeps it running. A utility process is tried first, then a Node child,
 * then a thread of the main process: on some systems Electron's allocator traps the large aligned allocations of a model
 * in child processes (electron/electron 41513). Which one it became is `host.kind` of the result.
 * @throws HostError `HOST_FAILED` no kind of host works; else what `RewardModel.load` throws
 * @example
 * ```ts
 * // In Electron's main process.
 * import { utilityProcess } from "electron";
 * import { startScoringHost } from "llama-reward/electron";
 *
 * const model = await startScoringHost("models/grm", { utilityProcess });
 * console.log(model.host.kind);
 * ```
 */
export function startScoringHost(modelDir: string, options: ElectronHostOptions = {}): Promise<HostedScorer> {
  const { utilityProcess, ...rest } = options;
  return startNodeHost(
    modelDir,
    rest,
    utilityProcess === undefined
      ? {}
      : { "utility-process": (entry) => launchUtility(utilityProcess, entry) },
  );
}
