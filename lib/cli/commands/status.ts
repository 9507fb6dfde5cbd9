import type { CliCommand } from "../arguments/command.js";
import { addOutputOptions, addQueueOptions } from "../arguments/command-options.js";

/** `status [PLACE] [--queue URL]`: how far the runs are, and who works on them. */
export const statusCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("status")
      .summary("tell how far submitted datasets are, and who works on them")
      .description(
        "Tells how far the runs of a queue are, how fast its workers are and what is left. What is done, the results themselves say; without " +
          "--queue that is all.",
      )
      .argument("[place]", "the --out of one submit (default: all of the queue)");
    addOutputOptions(addQueueOptions(command, false), "print one JSON object").action(
      act(async () => (await import("../actions/status.js")).tellStatus),
    );
  },
};
