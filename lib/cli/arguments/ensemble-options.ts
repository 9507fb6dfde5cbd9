import { Option, type Command } from "commander";
import { ENSEMBLE_RULES, type EnsembleRule } from "../../score/ensemble/combine.js";
import { collect } from "./command-options.js";
import { nonNegativeNumber } from "./numbers.js";

/** Options of commands that score with several models, by the names commander gives them. */
export interface EnsembleCommandOptions {
  /** Further models. */
  ensemble?: string[];
  ensembleBy?: EnsembleRule;
  ensembleLambda?: number;
  ensembleRecords?: string;
}

/** Adds `--ensemble` and what belongs to it. */
export function addEnsembleOptions(command: Command): Command {
  return command
    .optionsGroup("Several models as one:")
    .option(
      "--ensemble <model>",
      "score with this model, too; give the option once for each (std is then the models' spread)",
      collect<string>,
    )
    .addOption(
      new Option(
        "--ensemble-by <rule>",
        "how the models' rewards become one: mean, the worst, or uwo, the mean less lambda times the variance (default: mean)",
      ).choices([...ENSEMBLE_RULES]),
    )
    .option("--ensemble-lambda <x>", "lambda of uwo (default: 1)", nonNegativeNumber)
    .option(
      "--ensemble-records <path>",
      "records that put the models' rewards on one scale: each model's less their mean, by their standard deviation",
    );
}
