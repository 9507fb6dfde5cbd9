import type { CliCommand } from "../arguments/command.js";
import { addOutputOptions } from "../arguments/command-options.js";

/** `collect PLACE [--out FILE]`: the results of a run, as `score` on one machine writes them. */
export const collectCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("collect")
      .summary("put the results of a submitted dataset together, in order")
      .description(
        "Writes what `score` on one machine would have written: the same lines in the same order. Refuses while some are missing.",
      )
      .argument("<place>", "the --out of the submit")
      .option(
        "--out <file>",
        "write results here instead of to stdout: as score does, lines, or by its ending .csv or .tsv",
      )
      .option("--mixed", "also take shards together that different kinds of devices computed");
    addOutputOptions(command, "results are JSON anyway; accepted for uniformity").action(
      act(async () => (await import("../actions/collect.js")).collectResults),
    );
  },
};
