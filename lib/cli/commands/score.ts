import { InvalidArgumentError as InvalidOption, type Command } from "commander";
import type { Shard } from "../../data/index.js";
import { EMIT_FIELDS, type EmitField } from "../../score/score.js";
import type { CliCommand } from "../arguments/command.js";
import { addEnsembleOptions } from "../arguments/ensemble-options.js";
import {
  addModelOptions,
  addOutputOptions,
  addSplitOption,
  INPUT_FORMS,
} from "../arguments/command-options.js";

/** `score <model-dir> [INPUT|-]`: one JSON record per line in, one per line out. */
export const scoreCommand: CliCommand = {
  add(program, act) {
    const command: Command = program
      .command("score")
      .summary("score conversations: one JSON record per line in, one per line out")
      .description(
        "Scores records with a reward model. A record is {messages}, {prompt, response}, {prompt, responses}, " +
          "{prompt, chosen, rejected} or, for process reward models, {prompt, steps}, with an optional id.",
      )
      .argument("<model-dir>", "model folder made by convert or pull, or a Hub id")
      .argument("[INPUT]", `${INPUT_FORMS}; - or nothing: standard input`)
      .option(
        "--out <file>",
        "write results here instead of to stdout: JSON Lines, and what made them to <file>.run.json; or, by its ending, .csv or .tsv, a " +
          "record a row, with the lines themselves in <file>.scores.jsonl",
      )
      .option(
        "--keep <fields>",
        "fields of the input to write beside each result, in its input, with commas: prompt,response",
        fieldNames,
      )
      .option("--no-attributes", "leave out the breakdown by attribute, which is most of the bytes")
      .option("--resume", "continue an --out file that an earlier run left")
      .option("--strict", "stop at the first bad record")
      .option(
        "--shard <i/n>",
        "only the i-th of n parts, counted from 1; the outputs of all, in order, are the whole",
        shard,
      );
    addEmitOption(command);
    addSplitOption(command);
    addOutputOptions(
      addEnsembleOptions(addModelOptions(command)),
      "results are JSON anyway; accepted for uniformity",
    ).action(act(async () => (await import("../actions/score.js")).score));
  },
};

/** Adds `--emit`. */
export function addEmitOption(command: Command): Command {
  return command.option(
    "--emit <fields>",
    "further fields of each result, with commas: prompt, ids, hidden, tokens (a reward for each token of the answer)",
    emitFields,
  );
}

function emitFields(text: string): EmitField[] {
  return text.split(",").map((name) => {
    const field = EMIT_FIELDS.find((known) => known === name.trim());
    if (field === undefined) throw new InvalidOption(`Allowed choices are ${EMIT_FIELDS.join(", ")}.`);
    return field;
  });
}

function fieldNames(text: string): string[] {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length > 0) return names;
  throw new InvalidOption("Expected names of fields with commas between them.");
}

function shard(text: string): Shard {
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
  const result = { index: Number(index), count: Number(count) };
  if (result.index >= 1 && result.index <= result.count) return result;
  throw new InvalidOption("Expected i/n with i from 1 to n, such as 2/8.");
}
