import { InvalidArgumentError as InvalidOption, type Command } from "commander";
import { unreadable } from "../../formats/rows.js";
import type { DatasetRow } from "../../data/dataset/index.js";
import { InvalidArgumentError } from "../../errors.js";
import { readRewardJson } from "../../model/folder/read-reward-json.js";
import { openRecords, STANDARD_INPUT, type RecordInput } from "../../data/records/open-records.js";
import { outputRecord } from "../../data/records/output-record.js";
import { readRecord, type RecordEntry } from "../../data/records/record.js";
import { scoreRecords, type RecordOutcome } from "../../data/records/score-records.js";
import type { RewardModel } from "../../model/reward-model.js";
import type { EmitField } from "../../score/score.js";
import type { CliCommand } from "../command.js";
import type { CliIo } from "../cli-io.js";
import {
  addModelOptions,
  addOutputOptions,
  type ModelOptions,
  type OutputOptions,
} from "../command-options.js";
import { EXIT } from "../exit.js";
import { addSplitOption, checkInput, INPUT_FORMS } from "../input.js";
import { checkOutputFile } from "../output.js";
import type { ProgressDisplay } from "../progress.js";
import { duration } from "../rate.js";
import { openSink, type RecordSink } from "../record-sink.js";
import { resumable } from "../resumable.js";
import { withModel } from "../with-model.js";

interface ScoreCommandOptions extends ModelOptions, OutputOptions {
  out?: string;
  split?: string;
  config?: string;
  resume?: true;
  strict?: true;
  emit?: EmitField[];
}

const EMIT_FIELDS: readonly EmitField[] = ["prompt", "ids", "hidden"];

/** `score <model-dir> [INPUT|-]`: one JSON record per line in, one per line out. */
export const scoreCommand: CliCommand = {
  add(program, act) {
    const command: Command = program
      .command("score")
      .summary("score conversations: one JSON record per line in, one per line out")
      .description(
        "Scores records with a reward model. A record is {messages}, {prompt, response}, {prompt, responses} or " +
          "{prompt, chosen, rejected}, with an optional id.",
      )
      .argument("<model-dir>", "model folder made by convert or pull")
      .argument("[INPUT]", `${INPUT_FORMS}; - or nothing: standard input`, STANDARD_INPUT)
      .option(
        "--out <file>",
        "write results here instead of to stdout, and to <file>.run.json what made them",
      )
      .option("--resume", "continue an --out file that an earlier run left")
      .option("--strict", "stop at the first bad record")
      .option(
        "--emit <fields>",
        "further fields of each result, with commas: prompt, ids, hidden",
        emitFields,
      );
    addSplitOption(command);
    addOutputOptions(addModelOptions(command), "results are JSON anyway; accepted for uniformity").action(
      act(score),
    );
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
  const sink = await openSink(io.stdout, options.out, options.resume === true);
  try {
    return await resumable(io, options, () =>
      withModel(modelDir, options, io, (model, progress) =>
        scoreInput({ io, input, records, options, sink, model, progress }),
      ),
    );
  } finally {
    await sink.close();
  }
}

interface Run {
  io: CliIo;
  input: string;
  records: RecordInput;
  options: ScoreCommandOptions;
  sink: RecordSink;
  model: RewardModel;
  progress: ProgressDisplay;
}

async function scoreInput({ io, input, records, options, sink, model, progress }: Run): Promise<number> {
  if (input === STANDARD_INPUT && io.isStdinTerminal) {
    progress.note("Reading records from standard input, one JSON object per line …");
  }
  let total = 0;
  if (options.quiet !== true) void records.count().then((count) => (total = count ?? 0));
  const flow = await sink.begin({ command: "score", scorer: model });
  const entries = flow.pending(readEntries(records.rows()));
  const counts = { records: 0, failed: 0 };
  const startMs = performance.now();
  for await (const outcome of scoreRecords(entries, model, { signal: io.signal, emit: options.emit })) {
    io.signal.throwIfAborted();
    if (options.strict === true) throwFailure(outcome);
    const line = outputRecord(outcome);
    if (options.out === undefined && io.isStdoutTerminal) progress.hide();
    await flow.append(line);
    counts.records++;
    if ("error" in line) counts.failed++;
    progress.report({ phase: "score", done: flow.doneCount + counts.records, total });
  }
  io.signal.throwIfAborted();
  progress.note(summary(counts, model, (performance.now() - startMs) / 1000));
  return counts.failed > 0 ? EXIT.someFailed : EXIT.ok;
}

/** @throws the error of a record that could not be read or scored */
function throwFailure({ id, error, scores }: RecordOutcome): void {
  const failure = error ?? scores?.find((settled) => settled.error !== undefined)?.error;
  if (failure === undefined) return;
  throw unreadable(`Record ${id} cannot be scored: ${failure.message}`, failure);
}

async function* readEntries(rows: AsyncIterable<DatasetRow>): AsyncIterable<RecordEntry> {
  for await (const row of rows) yield readRecord(row);
}

function summary(
  { records, failed }: { records: number; failed: number },
  { stats }: RewardModel,
  seconds: number,
): string {
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
