import { InvalidArgumentError as InvalidOption, type Command } from "commander";
import {
  openRecords,
  openScoreLog,
  STANDARD_INPUT,
  writeScores,
  type RecordInput,
  type RecordSink,
  type ScoredCounts,
  type Shard,
} from "../../data/index.js";
import { InvalidArgumentError } from "../../errors.js";
import { readRewardJson } from "../../model/folder/read-reward-json.js";
import { EMIT_FIELDS, type EmitField } from "../../score/score.js";
import type { CliCommand } from "../arguments/command.js";
import { addEnsembleOptions, type EnsembleCommandOptions } from "../arguments/ensemble-options.js";
import type { CliIo } from "../terminal/cli-io.js";
import {
  addModelOptions,
  addOutputOptions,
  type ModelOptions,
  type OutputOptions,
} from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { addSplitOption, checkInput, INPUT_FORMS } from "../arguments/input.js";
import { checkOutputFile } from "../arguments/output.js";
import type { ProgressDisplay } from "../terminal/progress.js";
import { duration } from "../terminal/rate.js";
import { resumable } from "../arguments/resumable.js";
import { stdoutSink } from "../terminal/stdout-sink.js";
import { withEnsemble, type CommandModel } from "../arguments/with-model.js";

interface ScoreCommandOptions extends ModelOptions, OutputOptions, EnsembleCommandOptions {
  out?: string;
  split?: string;
  config?: string;
  resume?: true;
  strict?: true;
  emit?: EmitField[];
  shard?: Shard;
}

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
      .argument("[INPUT]", `${INPUT_FORMS}; - or nothing: standard input`, STANDARD_INPUT)
      .option(
        "--out <file>",
        "write results here instead of to stdout, and to <file>.run.json what made them",
      )
      .option("--resume", "continue an --out file that an earlier run left")
      .option("--strict", "stop at the first bad record")
      .option(
        "--shard <i/n>",
        "only the i-th of n parts, counted from 1; the outputs of all, in order, are the whole",
        shard,
      )
      .option(
        "--emit <fields>",
        "further fields of each result, with commas: prompt, ids, hidden, tokens (a reward for each token of the answer)",
        emitFields,
      );
    addSplitOption(command);
    addOutputOptions(
      addEnsembleOptions(addModelOptions(command)),
      "results are JSON anyway; accepted for uniformity",
    ).action(act(score));
  },
};

async function score(
  io: CliIo,
  modelDir: string,
  input: string,
  options: ScoreCommandOptions,
): Promise<number> {
  if (options.resume === true && options.out === undefined) {
    throw new InvalidArgumentError("--resume continues an --out file. Pass --out FILE too.");
  }
  if (input !== STANDARD_INPUT) await checkInput("INPUT", input, " Pass - to read standard input.");
  else if (options.split !== undefined || options.config !== undefined)
    throw new InvalidArgumentError("Standard input has no --split and no --config.");
  if (options.out !== undefined) await checkOutputFile(options.out);
  await readRewardJson(modelDir, options);
  const records = await openRecords(input, io.stdin, {
    split: options.split,
    config: options.config,
    signal: io.signal,
  });
  const log = options.out === undefined ? undefined : await openScoreLog(options.out, options.resume);
  try {
    return await resumable(io, options, () =>
      withEnsemble(modelDir, options, io, (model, progress) =>
        scoreInput({ io, input, records, options, log, model, progress }),
      ),
    );
  } finally {
    await log?.close();
  }
}

interface Run {
  io: CliIo;
  input: string;
  records: RecordInput;
  options: ScoreCommandOptions;
  /** The file for the results; without one they go to stdout. */
  log: RecordSink | undefined;
  model: CommandModel;
  progress: ProgressDisplay;
}

async function scoreInput({ io, input, records, options, log, model, progress }: Run): Promise<number> {
  if (input === STANDARD_INPUT && io.isStdinTerminal) {
    progress.note("Reading records from standard input, one JSON object per line …");
  }
  const sink = log ?? stdoutSink(io, progress);
  const startMs = performance.now();
  try {
    const counts = await writeScores(records, model, sink, {
      signal: io.signal,
      emit: options.emit,
      strict: options.strict,
      shard: options.shard,
      onProgress: options.quiet === true ? undefined : progress.report,
    });
    progress.note(summary(counts, model, (performance.now() - startMs) / 1000));
    return counts.failed > 0 ? EXIT.someFailed : EXIT.ok;
  } finally {
    if (log === undefined) await sink.close();
  }
}

function summary({ records, failed }: ScoredCounts, { stats }: CommandModel, seconds: number): string {
  const perSecond = (count: number): string => (seconds > 0 ? (count / seconds).toFixed(1) : "0");
  const failures = failed === 0 ? "" : ` (${failed} with errors)`;
  return (
    `Scored ${records} records${failures} in ${duration(seconds)}: ${perSecond(records)} records/s, ` +
    `${perSecond(stats.requestedTokens)} tokens/s.`
  );
}

function emitFields(text: string): EmitField[] {
  return text.split(",").map((name) => {
    const field = EMIT_FIELDS.find((known) => known === name.trim());
    if (field === undefined) throw new InvalidOption(`Allowed choices are ${EMIT_FIELDS.join(", ")}.`);
    return field;
  });
}

function shard(text: string): Shard {
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
  const result = { index: Number(index), count: Number(count) };
  if (result.index >= 1 && result.index <= result.count) return result;
  throw new InvalidOption("Expected i/n with i from 1 to n, such as 2/8.");
}
