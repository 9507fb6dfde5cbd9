import type { ModelDescription } from "llama-reward/electron/renderer";
import type { JSX } from "preact";
import { ExportButtons } from "../ui/export-buttons.js";
import { formatRecords } from "../ui/format.js";
import type { Task } from "../ui/use-task.js";
import { runAsCsv, runAsJsonl } from "./export-run.js";
import { canResume, isDone, type FileRun } from "./file-run.js";
import type { OpenFile } from "./open-file.js";

interface RunActionsProps {
  file: OpenFile;
  /** Changes whenever the run is to be shown anew. */
  version: number;
  model: ModelDescription;
  task: Task;
  onStart: () => void;
  onResume: (run: FileRun) => void;
}

/** What can be done with a file: score it, stop, go on, start over, export. */
export function RunActions({ file, model, task, onStart, onResume }: RunActionsProps): JSX.Element {
  const { name, records, run } = file;
  const isHalf = run !== undefined && !task.isRunning && !isDone(run);
  const isResumable = isHalf && canResume(run, model);
  return (
    <>
      <div class="actions">
        <span class="file-name">
          <strong>{name}</strong> {formatRecords(records.length)}
        </span>
        {/* One element whatever it says, so that a press never takes the focus away. */}
        <button
          type="button"
          class={task.isRunning ? "" : "primary"}
          aria-disabled={records.length === 0}
          onClick={() => {
            if (task.isRunning) task.cancel();
            else if (isResumable) onResume(run);
            else if (records.length > 0) onStart();
          }}
        >
          {task.isRunning
            ? "Cancel"
            : isResumable
              ? `Resume, ${formatRecords(records.length - run.doneRows)} left`
              : `Score ${formatRecords(records.length)}`}
        </button>
        {isResumable && (
          <button type="button" class="quiet" onClick={onStart}>
            Start over
          </button>
        )}
        {run !== undefined && !task.isRunning && (
          <ExportButtons name="scores" jsonl={() => runAsJsonl(run)} csv={() => runAsCsv(run)} />
        )}
      </div>
      {isHalf && !isResumable && (
        <p class="notice">
          These rewards are of {run.model.name} as it was opened then: the rest cannot be scored beside them
          with {model.name}.
        </p>
      )}
    </>
  );
}
