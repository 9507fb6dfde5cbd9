import type { RecordSink } from "../../data/index.js";
import type { CliIo } from "./cli-io.js";
import { LineWriter } from "./line-writer.js";
import type { ProgressDisplay } from "./progress.js";

/** Results as lines on stdout; where that is a terminal, the progress makes room for each. */
export function stdoutSink({ stdout, isStdoutTerminal }: CliIo, progress: ProgressDisplay): RecordSink {
  const writer = new LineWriter(stdout);
  return {
    begin: () =>
      Promise.resolve({
        doneCount: 0,
        pending: (entries) => entries,
        append: (record) => {
          if (isStdoutTerminal) progress.hide();
          return writer.write(JSON.stringify(record));
        },
      }),
    close: () => writer.end(),
  };
}
