import type { Scorer } from "llama-reward/electron/renderer";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { parseRecords } from "../records/records.js";
import { messageOf } from "../ui/message-of.js";
import { useTask } from "../ui/use-task.js";
import type { Workspace } from "../workspace/use-workspace.js";
import { DropZone } from "./drop-zone.js";
import { newRun, runFile, type FileRun } from "./file-run.js";
import { ResultTable } from "./result-table.js";
import { RunActions } from "./run-actions.js";
import { RunProgress } from "./run-progress.js";

/** How often the page shows what a run has done: often enough to look alive, seldom enough to stay idle. */
const REFRESH_MS = 200;

/** Scores the records of a JSON Lines file. */
export function FileView({ scorer, workspace }: { scorer: Scorer; workspace: Workspace }): JSX.Element {
  const { file, setFile } = workspace;
  const [version, setVersion] = useState(0);
  const task = useTask();

  const read = (chosen: File): void => {
    setFile(undefined);
    task.run(async (signal) => {
      const text = await chosen.text().catch((error: unknown) => {
        throw new Error(`${chosen.name} cannot be read: ${messageOf(error)}`);
      });
      // Another one may have been chosen in between.
      if (!signal.aborted) setFile({ name: chosen.name, records: parseRecords(text), run: undefined });
    });
  };
  const go = (run: FileRun): void => {
    task.run(async (signal) => {
      const refresh = setInterval(() => {
        setVersion((old) => old + 1);
      }, REFRESH_MS);
      try {
        await runFile(scorer, run, signal);
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
        <RunActions
          file={file}
          version={version}
          model={scorer.description}
          task={task}
          onStart={() => {
            const run = newRun(file.records, scorer.description);
            setFile({ ...file, run });
            go(run);
          }}
          onResume={go}
        />
      )}
      {task.error !== undefined && (
        <p class="error" role="alert">
          {task.error}
        </p>
      )}
      {file?.run !== undefined && (
        <>
          <RunProgress run={file.run} version={version} isRunning={task.isRunning} />
          <ResultTable run={file.run} version={version} />
        </>
      )}
    </div>
  );
}
