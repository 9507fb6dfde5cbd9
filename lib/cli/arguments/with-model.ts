import { acceptHubIds } from "../../convert/accept-hub-ids.js";
import { RewardModel } from "../../model/reward-model.js";
import type { CliIo } from "../terminal/cli-io.js";
import { loadOptions, type ModelOptions, type OutputOptions } from "./command-options.js";
import { ProgressDisplay } from "../terminal/progress.js";

/** Loads a model, works with it, and frees it whatever happens. */
export async function withModel<T>(
  modelDir: string,
  options: ModelOptions & OutputOptions,
  io: CliIo,
  work: (model: RewardModel, progress: ProgressDisplay) => Promise<T>,
): Promise<T> {
  const progress = new ProgressDisplay(io, options.quiet === true);
  acceptHubIds();
  try {
    const model = await RewardModel.load(modelDir, {
      ...loadOptions(options),
      signal: io.signal,
      onProgress: progress.report,
    });
    for (const warning of model.placement.warnings) progress.note(`Note: ${warning}`);
    try {
      progress.watchTokens(() => model.stats);
      return await work(model, progress);
    } finally {
      await model.dispose();
    }
  } finally {
    progress.stop();
  }
}

/** The same for several models, loaded one after the other. */
export async function withModels<T>(
  modelDirs: readonly string[],
  options: ModelOptions & OutputOptions,
  io: CliIo,
  work: (models: readonly RewardModel[]) => Promise<T>,
): Promise<T> {
  const [modelDir, ...others] = modelDirs;
  if (modelDir === undefined) return work([]);
  return withModel(modelDir, options, io, (model, progress) => {
    progress.stop();
    return withModels(others, options, io, (models) => work([model, ...models]));
  });
}
