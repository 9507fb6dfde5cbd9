import { InvalidArgumentError } from "../../errors.js";
import { jobStatus, type JobStatus } from "../../serve/jobs/status.js";
import { openStore } from "../../serve/jobs/store/open-store.js";
import type { OutputOptions } from "../arguments/command-options.js";
import { withQueue, type QueueOptions } from "../arguments/with-queue.js";
import type { CliIo } from "../terminal/cli-io.js";
import { EXIT } from "../terminal/exit.js";
import { printLine } from "../terminal/line-writer.js";
import { printable } from "../terminal/printable.js";
import { duration } from "../terminal/rate.js";
import { table } from "../terminal/table.js";

interface StatusCommandOptions extends OutputOptions, Omit<QueueOptions, "queue"> {
  queue?: string;
}

export async function tellStatus(
  io: CliIo,
  place: string | undefined,
  options: StatusCommandOptions,
): Promise<number> {
  const store = place === undefined ? undefined : await openStore(place);
  const { queue: url, name } = options;
  if (url === undefined && store === undefined)
    throw new InvalidArgumentError("Expected the --out of a submit, or its --queue, or both.");
  const status =
    url === undefined
      ? await jobStatus({ store })
      : await withQueue({ queue: url, name }, (queue) => jobStatus({ queue, store }));
  await printLine(io.stdout, options.json === true ? JSON.stringify(status) : describe(status));
  return EXIT.ok;
}

function describe({ runs, queue, workers, failures, ...rates }: JobStatus): string {
  const parts: string[] = runs.map(
    ({ place, model, shards, shardsDone, records, recordsDone }) =>
      `${place}: ${recordsDone} of ${records} records, ${shardsDone} of ${shards} shards, by ${model}`,
  );
  if (runs.length === 0) parts.push("Nothing was submitted.");
  if (queue !== undefined) {
    const { waiting, active, delayed, failed } = queue;
    parts.push(
      `Shards in the queue: ${waiting} wait, ${active} are scored, ${delayed} wait for another try, ${failed} failed`,
    );
  }
  for (const { place, shard, reason } of failures) parts.push(`Shard ${shard} of ${place} failed: ${reason}`);
  if (workers.length > 0) parts.push(workerTable(workers));
  const { recordsPerSecond, tokensPerSecond, secondsLeft } = rates;
  if (secondsLeft !== undefined)
    parts.push(
      `${recordsPerSecond.toFixed(1)} records/s, ${tokensPerSecond.toFixed(1)} tokens/s, ${duration(secondsLeft)} left`,
    );
  return printable(parts.join("\n"));
}

function workerTable(workers: JobStatus["workers"]): string {
  const head = ["worker", "state", "shards", "records", "errors", "records/s", "tokens/s"];
  const rows = workers.map((worker) => [
    worker.name,
    worker.isAlive ? "alive" : "gone",
    worker.shards,
    worker.records,
    worker.failed,
    Math.round(10 * worker.recordsPerSecond) / 10,
    Math.round(worker.tokensPerSecond),
  ]);
  return table([head, ...rows]);
}
