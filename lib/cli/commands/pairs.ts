import { Option } from "commander";
import type { CliCommand } from "../arguments/command.js";
import {
  addModelOptions,
  addOutputOptions,
  addSplitOption,
  INPUT_FORMS,
} from "../arguments/command-options.js";
import { nonNegativeNumber } from "../arguments/numbers.js";

/** `pairs <model-dir> INPUT --out FILE`: preference pairs for DPO from candidates. */
export const pairsCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("pairs")
      .summary("make preference pairs for DPO from candidates")
      .description(
        "Scores records with several candidates and writes {prompt, chosen, rejected} as TRL's DPOTrainer reads them. " +
          "Records without a pair are listed in <out>.left-out.jsonl with the reason. Scores are kept in " +
          "<out>.scores.jsonl: with --resume nothing is scored twice.",
      )
      .argument("<model-dir>", "model folder made by convert or pull, or a Hub id")
      .argument("<INPUT>", `records {prompt, responses}: ${INPUT_FORMS}`)
      .requiredOption("--out <file>", "where to write the pairs: .jsonl, .jsonl.gz or .parquet")
      .addOption(
        new Option("--strategy <name>", "best against worst, or every two candidates far enough apart")
          .choices(["best-worst", "all"])
          .default("best-worst"),
      )
      .option("--min-margin <x>", "smallest difference of the rewards", nonNegativeNumber)
      .option(
        "--max-std <x>",
        "leave out candidates with a larger std (models that predict one)",
        nonNegativeNumber,
      )
      .option("--report <file>", "write a page about the pairs, too: margins, lengths, closest and widest")
      .option("--resume", "continue a run that was interrupted, or choose again from its scores")
      .option("--strict", "stop at the first bad record");
    addSplitOption(command);
    addOutputOptions(addModelOptions(command), "print the counts as one JSON object").action(
      act(async () => (await import("../actions/pairs.js")).pairs),
    );
  },
};
