import { open } from "node:fs/promises";
import { writeScoreTable } from "../../data/index.js";
import { InvalidArgumentError } from "../../errors.js";
import { collect, type CollectedShard, type Collection } from "../../serve/jobs/collect.js";
import { openStore } from "../../serve/jobs/store/open-store.js";
import { fileError } from "../../util/caught.js";
import { fileSize } from "../../util/files/optional-file.js";
import { putWhole, writeWhole } from "../../util/files/write-whole.js";
import type { OutputOptions } from "../arguments/command-options.js";
import { checkLateOutputFile, checkScoreOutput, scoreLogFile } from "../arguments/output.js";
import type { CliIo } from "../terminal/cli-io.js";
import { EXIT } from "../terminal/exit.js";
import { LineWriter } from "../terminal/line-writer.js";
import { ProgressDisplay } from "../terminal/progress.js";

interface CollectCommandOptions extends OutputOptions {
  out?: string;
  mixed?: true;
}

export async function collectResults(
  io: CliIo,
  place: string,
  options: CollectCommandOptions,
): Promise<number> {
  const { out, mixed, quiet } = options;
  const file = out === undefined ? undefined : scoreLogFile(out);
  if (file !== undefined && out !== undefined) await checkFree(file, out);
  const collection = await collect(await openStore(place), { mixed, signal: io.signal });
  const progress = new ProgressDisplay(io, quiet === true || file === undefined);
  try {
    const failed = await (file === undefined ? print(io, collection) : write(file, collection, progress));
    if (file !== undefined && out !== undefined && file !== out) await writeScoreTable(file, out);
    return failed > 0 ? EXIT.someFailed : EXIT.ok;
  } finally {
    progress.stop();
  }
}

async function checkFree(file: string, out: string): Promise<void> {
  await checkScoreOutput(out);
  await checkLateOutputFile(out);
  if (((await fileSize(file)) ?? 0) > 0)
    throw new InvalidArgumentError(`${file} already holds something. Choose another --out.`);
}

/** @returns how many records have errors */
async function write(file: string, { run, shards }: Collection, progress: ProgressDisplay): Promise<number> {
  let failed = 0;
  let done = 0;
  let made: CollectedShard["header"]["made"] = {};
  const fill = async (incomplete: string): Promise<void> => {
    const handle = await open(incomplete, "w");
    try {
      for await (const { header, lines } of shards) {
        await handle.writeFile(lines);
        failed += header.failed;
        done += header.records;
        made = header.made;
        progress.report({ phase: "collect", unit: "records", done, total: run.records });
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  };
  await putWhole(file, fill).catch((cause: unknown) => {
    throw cause instanceof Error && "syscall" in cause ? fileError("write", file, cause) : cause;
  });
  const { name, architecture } = run.model;
  await writeWhole(`${file}.run.json`, `${JSON.stringify({ name, architecture, ...made }, null, 2)}\n`);
  return failed;
}

/** Digests are for runs that are resumed: there is no file to resume. */
const DIGEST = /,"digest":"[0-9a-f]+"\}$/;

async function print(io: CliIo, { shards }: Collection): Promise<number> {
  const writer = new LineWriter(io.stdout);
  let failed = 0;
  for await (const { header, lines } of shards) {
    failed += header.failed;
    for (const line of Buffer.from(lines).toString("utf8").split("\n"))
      if (line !== "") await writer.write(line.replace(DIGEST, "}"));
  }
  await writer.end();
  return failed;
}
