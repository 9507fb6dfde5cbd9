import { acceptHubIds } from "../../convert/accept-hub-ids.js";
import { InvalidArgumentError } from "../../errors.js";
import { measureScales } from "../../eval/index.js";
import { Ensemble, loadMembers } from "../../model/ensemble.js";
import { RewardModel } from "../../model/reward-model.js";
import type { LoadOptions } from "../../model/load-options.js";
import type { CliIo } from "../terminal/cli-io.js";
import { loadOptions, type ModelOptions, type OutputOptions } from "./command-options.js";
import type { EnsembleCommandOptions } from "./ensemble-options.js";
import { checkInput } from "./input.js";
import { ProgressDisplay } from "../terminal/progress.js";

/** One model, or several as one. */
export type CommandModel = RewardModel | Ensemble;

/** Loads a model, works with it, and frees it whatever happens. */
export function withModel<T>(
  modelDir: string,
  options: ModelOptions & OutputOptions,
  io: CliIo,
  work: (model: RewardModel, progress: ProgressDisplay) => Promise<T>,
): Promise<T> {
  return withLoaded(options, io, (loading) => RewardModel.load(modelDir, loading), work);
}

/** The same with all the models that `--ensemble` names as one. */
export function withEnsemble<T>(
  modelDir: string,
  options: ModelOptions & OutputOptions & EnsembleCommandOptions,
  io: CliIo,
  work: (model: CommandModel, progress: ProgressDisplay) => Promise<T>,
): Promise<T> {
  return withLoaded(options, io, (loading) => load(modelDir, options, io, loading), work);
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

async function withLoaded<Model extends CommandModel, T>(
  options: ModelOptions & OutputOptions,
  io: CliIo,
  open: (loading: LoadOptions) => Promise<Model>,
  work: (model: Model, progress: ProgressDisplay) => Promise<T>,
): Promise<T> {
  const progress = new ProgressDisplay(io, options.quiet === true);
  acceptHubIds();
  try {
    const loading = { ...loadOptions(options), signal: io.signal, onProgress: progress.report };
    const model = await open(loading);
    for (const warning of model.placement.warnings) progress.note(`Note: ${warning}`);
    if (model instanceof Ensemble && model.rule.scales === undefined) progress.note(UNSCALED);
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

const UNSCALED =
  "Note: the models' rewards are combined as they are. Models that were trained apart have other scales, of which the largest then " +
  "decides: --ensemble-records puts them on one.";

/** @throws InvalidArgumentError options of an ensemble without one */
async function load(
  modelDir: string,
  options: EnsembleCommandOptions,
  io: CliIo,
  loading: LoadOptions,
): Promise<CommandModel> {
  const { ensemble = [], ensembleBy: by, ensembleLambda: lambda, ensembleRecords: records } = options;
  if (ensemble.length === 0) {
    if (by === undefined && lambda === undefined && records === undefined)
      return RewardModel.load(modelDir, loading);
    throw new InvalidArgumentError(
      "--ensemble-by, --ensemble-lambda and --ensemble-records are for several models: name the others with --ensemble.",
    );
  }
  if (lambda !== undefined && by !== "uwo")
    throw new InvalidArgumentError("--ensemble-lambda belongs to --ensemble-by uwo.");
  if (records !== undefined) await checkInput("--ensemble-records", records);
  const members = await loadMembers([modelDir, ...ensemble], loading);
  try {
    const scales =
      records === undefined ? undefined : await measureScales(members, records, { signal: io.signal });
    return new Ensemble(members, { by, lambda, scales });
  } catch (error) {
    await Promise.all(members.map((member) => member.dispose()));
    throw error;
  }
}
