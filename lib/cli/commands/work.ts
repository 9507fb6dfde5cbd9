import type { CliCommand } from "../arguments/command.js";
import { addMachineOptions, addOutputOptions, addQueueOptions } from "../arguments/command-options.js";
import { seconds } from "../arguments/numbers.js";

/** `work --queue URL --models DIR`: scores what waits in a queue, until it is stopped. */
export const workCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("work")
      .summary("score the shards that wait in a queue, as one of many machines")
      .description(
        "Scores what `submit` put into a queue, with the model that was submitted: from --models, or from the Hub if it came from there. A " +
          "worker that cannot (another model, another version, too little memory) gives the shard back and ends.",
      )
      .requiredOption("--models <dir>", "a model folder, or a folder with several; or s3://bucket/prefix")
      .option("--until-empty", "end when no shard is left, instead of waiting for more")
      .option(
        "--lock <s>",
        "seconds after which the shards of a worker that is not heard of go to others (default: 30)",
        seconds,
      );
    addQueueOptions(command);
    addOutputOptions(addMachineOptions(command), "print the counts as one JSON object").action(
      act(async () => (await import("../actions/work.js")).workOnQueue),
    );
  },
};
