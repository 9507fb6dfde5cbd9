import type { Scorer } from "llama-reward/electron/renderer";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { parseRecords, type FileRecord } from "../records/records.js";
import { download } from "../ui/download.js";
import { formatRecords } from "../ui/format.js";
import { messageOf } from "../ui/message-of.js";
import { useTask } from "../ui/use-task.js";
import { DropZone } from "./drop-zone.js";
import { runAsCsv, runAsJsonl } from "./export-run.js";
import { newRun, runFile, type FileRun } from "./file-run.js";
import { ResultTable } from "./result-table.js";
import { RunProgress } from "./run-progress.js";

/** How often the page shows what a run has done: often enough to look alive, seldom enough to stay idle. */
const REFRESH_MS = 200;

/** Scores the records of a JSON Lines file. */
export function FileView({ scorer }: { scorer: Scorer }): JSX.Element {
  const [file, setFile] = useState<{ name: string; records: FileRecord[] }>();
  const [run, setRun] = useState<FileRun>();
  const [version, setVersion] = useState(0);
  const task = useTask();

  const read = (chosen: File): void => {
    setRun(undefined);
    setFile(undefined);
    task.run(async (signal) => {
      const text = await chosen.text().catch((error: unknown) => {
        throw new Error(`${chosen.name} cannot be read: ${messageOf(error)}`);
      });
      // Another one may have been chosen in between.
      if (!signal.aborted) setFile({ name: chosen.name, records: parseRecords(text) });
    });
  };
  const start = (records: readonly FileRecord[]): void => {
    const started = newRun(records);
    setRun(started);
    task.run(async (signal) => {
      const refresh = setInterval(() => {
        setVersion((old) => old + 1);
      }, REFRESH_MS);
      try {
        await runFile(scorer, started, signal);
      } finally {
        clearInterval(refresh);
        setVersion((old) => old + 1);
      }
    });
  };

  return (
    <div class="card file-view">
      <DropZone onFile={read} />
      {file !== undefined && (
        <div class="actions">
          <span class="file-name">
            <strong>{file.name}</strong> {formatRecords(file.records.length)}
          </span>
          {task.isRunning ? (
            <button type="button" onClick={task.cancel}>
              Cancel
            </button>
          ) : (
            <button
              type="button"
              class="primary"
              disabled={file.records.length === 0}
              onClick={() => {
                start(file.records);
              }}
            >
              Score {formatRecords(file.records.length)}
            </button>
          )}
          {run !== undefined && !task.isRunning && (
            <>
              <button
                type="button"
                class="quiet"
                onClick={() => {
                  download("scores.jsonl", "application/x-ndjson", runAsJsonl(run));
                }}
              >
                Export JSONL
              </button>
              <button
                type="button"
                class="quiet"
                onClick={() => {
                  download("scores.csv", "text/csv", runAsCsv(run));
                }}
              >
                Export CSV
              </button>
            </>
          )}
        </div>
      )}
      {task.error !== undefined && (
        <p class="error" role="alert">
          {task.error}
        </p>
      )}
      {run !== undefined && (
        <>
          <RunProgress run={run} version={version} isRunning={task.isRunning} />
          <ResultTable run={run} version={version} />
        </>
      )}
    </div>
  );
}
