import type { Command } from "commander";
import { BACKBONE_TYPES } from "../../model/architecture/backbone-type.js";
import type { CliCommand } from "../arguments/command.js";
import {
  addOutputOptions,
  addQueueOptions,
  addRuleOptions,
  addSplitOption,
  INPUT_FORMS,
  typeOption,
} from "../arguments/command-options.js";
import { positiveInteger } from "../arguments/numbers.js";
import { addEmitOption } from "./score.js";

/** A minute or so of one machine, for models of some billions of parameters: little is lost with a worker, and little waits for the last. */
const CHUNK = 1000;

/** `submit <model> INPUT --queue URL --out DIR|s3://…`: a dataset into a queue, for `work` on any number of machines. */
export const submitCommand: CliCommand = {
  add(program, act) {
    const command: Command = program
      .command("submit")
      .summary("put a dataset into a queue that many machines score together")
      .description(
        "Cuts a dataset into shards and puts references to them into a queue of Redis; `work` on any machine scores them, " +
          "`status` tells how far they are, `collect` puts the results together. The same submit again queues what has no results yet.",
      )
      .argument("<model>", "model folder made by convert or pull, or a Hub id")
      .argument("<INPUT>", `${INPUT_FORMS}, or s3://bucket/file; workers read it under the same name`)
      .requiredOption(
        "--out <place>",
        "where the results go: a folder that all machines see, or s3://bucket/prefix",
      )
      .option(
        "--chunk <n>",
        "records of a shard; those that share a prompt stay together",
        positiveInteger,
        CHUNK,
      )
      .addOption(
        typeOption("backbone file to use (default: as reward.json says)", ["auto", ...BACKBONE_TYPES]),
      );
    addEmitOption(addQueueOptions(command));
    addSplitOption(command);
    addOutputOptions(addRuleOptions(command), "print the counts as one JSON object").action(
      act(async () => (await import("../actions/submit.js")).submitRecords),
    );
  },
};
