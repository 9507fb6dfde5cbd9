import { Option, type Command } from "commander";
import type { ConvertOptions } from "../../convert/index.js";
import { ASKED_HEADS } from "../../model/checkpoint/asked-head.js";
import { REDUCTIONS } from "../../score/head/reduce.js";
import { positiveNumber } from "./numbers.js";

/** What may be asked of a causal language model, by the names commander gives the options. */
export interface HeadCommandOptions {
  head?: NonNullable<ConvertOptions["head"]>;
  reference?: string;
  beta?: number;
  reduction?: NonNullable<ConvertOptions["reduction"]>;
}

/** Adds the options that make a reward model of a causal language model. */
export function addHeadOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--head <kind>",
        "for a causal language model: the log-probability of the answer, or dpo, how much larger that is than the reference's",
      ).choices([...ASKED_HEADS]),
    )
    .option("--reference <dir|hub-id>", "for dpo: the model before training")
    .option("--beta <x>", "for dpo: what the difference is multiplied by (default: 1)", positiveNumber)
    .addOption(
      new Option(
        "--reduction <rule>",
        "for log-probability: how those of the tokens become one number (default: sum; norm is its negative Euclidean norm)",
      ).choices([...REDUCTIONS]),
    );
}

/** The options of `convertCheckpoint`. */
export function headOptions({ head, reference, beta, reduction }: HeadCommandOptions): HeadCommandOptions {
  return {
    ...(head === undefined ? {} : { head }),
    ...(reference === undefined ? {} : { reference }),
    ...(beta === undefined ? {} : { beta }),
    ...(reduction === undefined ? {} : { reduction }),
  };
}
