import {
  openRecords,
  openScoreLog,
  STANDARD_INPUT,
  writeScores,
  writeScoreTable,
  type RecordInput,
  type RecordSink,
  type ScoredCounts,
  type Shard,
} from "../../data/index.js";
import { findHubName } from "../../convert/accept-hub-ids.js";
import { InvalidArgumentError } from "../../errors.js";
import { readRewardJson } from "../../model/folder/read-reward-json.js";
import type { EmitField } from "../../score/score.js";
import type { EnsembleCommandOptions } from "../arguments/ensemble-options.js";
import type { CliIo } from "../terminal/cli-io.js";
import type { ModelOptions, OutputOptions } from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { checkInput } from "../arguments/input.js";
import { checkScoreOutput, scoreLogFile } from "../arguments/output.js";
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
  keep?: string[];
  /** `false` with `--no-attributes`. */
  attributes?: boolean;
}

export async function score(
  io: CliIo,
  modelDir: string,
  input: string = STANDARD_INPUT,
  options: ScoreCommandOptions,
): Promise<number> {
  if (options.resume === true && options.out === undefined) {
    throw new InvalidArgumentError("--resume continues an --out file. Pass --out FILE too.");
  }
  if (input !== STANDARD_INPUT) await checkInput("INPUT", input, " Pass - to read standard input.");
  else if (options.split !== undefined || options.config !== undefined)
    throw new InvalidArgumentError("Standard input has no --split and no --config.");
  if (options.out !== undefined) await checkScoreOutput(options.out);
  // Before anything is opened for writing; a model of the Hub is looked for when it is loaded.
  if ((await findHubName(modelDir)) === undefined) await readRewardJson(modelDir, options);
  const records = await openRecords(input, io.stdin, {
    split: options.split,
    config: options.config,
    signal: io.signal,
  });
  const file = options.out === undefined ? undefined : scoreLogFile(options.out);
  const log = file === undefined ? undefined : await openScoreLog(file, options.resume);
  let status: number;
  try {
    status = await resumable(io, options, () =>
      withEnsemble(modelDir, options, io, (model, progress) =>
        scoreInput({ io, input, records, options, log, model, progress }),
      ),
    );
  } finally {
    await log?.close();
  }
  if (file !== undefined && options.out !== undefined && file !== options.out)
    await writeScoreTable(file, options.out);
  return status;
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
      keep: options.keep,
      attributes: options.attributes,
      onProgress: options.quiet === true ? undefined : progress.report,
    });
    if (counts.absent.length > 0)
      progress.note(`No record has the field ${counts.absent.join(", ")} of --keep.`);
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
