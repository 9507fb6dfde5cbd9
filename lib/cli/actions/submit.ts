import { acceptHubIds } from "../../convert/accept-hub-ids.js";
import type { EmitField } from "../../score/score.js";
import { givenScoringOptions } from "../../serve/jobs/shard/run.js";
import { parseBucketPlace } from "../../serve/jobs/store/bucket-place.js";
import { openStore } from "../../serve/jobs/store/open-store.js";
import { submit, type Submitted } from "../../serve/jobs/submit.js";
import { loadOptions, type ModelOptions, type OutputOptions } from "../arguments/command-options.js";
import { checkInput } from "../arguments/input.js";
import { withQueue, type QueueOptions } from "../arguments/with-queue.js";
import type { CliIo } from "../terminal/cli-io.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { ProgressDisplay } from "../terminal/progress.js";

interface SubmitCommandOptions extends ModelOptions, OutputOptions, QueueOptions {
  out: string;
  chunk: number;
  split?: string;
  config?: string;
  emit?: EmitField[];
}

export async function submitRecords(
  io: CliIo,
  model: string,
  input: string,
  options: SubmitCommandOptions,
): Promise<number> {
  if (parseBucketPlace(input) === undefined) await checkInput("INPUT", input);
  acceptHubIds();
  const { out, chunk, split, config, emit } = options;
  const progress = new ProgressDisplay(io, options.quiet === true);
  try {
    const submitted = await withQueue(options, async (queue) =>
      submit({
        model,
        input,
        split,
        config,
        queue,
        store: await openStore(out),
        chunk,
        options: givenScoringOptions(loadOptions(options)),
        emit,
        signal: io.signal,
        onProgress: (done) => {
          progress.report({ phase: "submit", unit: "records", done, total: 0 });
        },
      }),
    );
    progress.stop();
    await printLine(io.stdout, options.json === true ? json(submitted) : describe(submitted, out));
    return EXIT.ok;
  } finally {
    progress.stop();
  }
}

function json({ run: { id, shards, records }, done, queued }: Submitted): string {
  return JSON.stringify({ run: id, records, shards, done, queued });
}

function describe({ run: { shards, records }, done, queued }: Submitted, out: string): string {
  const earlier = done === 0 ? "" : `, ${done} are done already`;
  return `${records} records in ${shards} shards: ${queued} queued${earlier}. Results go to ${out}.`;
}
