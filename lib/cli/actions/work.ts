import { ModelSource } from "../../serve/jobs/model-source.js";
import type { WorkerCounts } from "../../serve/jobs/queue/worker-board.js";
import { work } from "../../serve/jobs/work.js";
import { loadOptions, type ModelOptions, type OutputOptions } from "../arguments/command-options.js";
import { withQueue, type QueueOptions } from "../arguments/with-queue.js";
import { Interrupted, type CliIo } from "../terminal/cli-io.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { tell } from "../terminal/printable.js";

interface WorkCommandOptions extends ModelOptions, OutputOptions, QueueOptions {
  models: string;
  untilEmpty?: true;
  lock?: number;
}

export async function workOnQueue(io: CliIo, options: WorkCommandOptions): Promise<number> {
  const note = (text: string): void => {
    if (options.quiet !== true) tell(io.stderr, text);
  };
  const { device, gpuLayers, threads } = loadOptions(options);
  const source = new ModelSource(options.models, { device, gpuLayers, threads }, note);
  const counts = await withQueue(options, (queue) => {
    note(`Waiting for shards of ${options.name} …`);
    return work({
      queue,
      source,
      lockMs: options.lock,
      untilEmpty: options.untilEmpty,
      signal: io.signal,
      onNote: note,
    });
  });
  await printLine(io.stdout, options.json === true ? JSON.stringify(counts) : describe(counts));
  if (io.signal.aborted && options.untilEmpty === true) throw new Interrupted();
  return EXIT.ok;
}

function describe({ shards, records, failed, busyMs }: WorkerCounts): string {
  const perSecond = busyMs > 0 ? ((1000 * records) / busyMs).toFixed(1) : "0";
  const failures = failed === 0 ? "" : ` (${failed} with errors)`;
  return `${shards} shards, ${records} records${failures}, ${perSecond} records/s.`;
}
