import type { Scorer } from "llama-reward/electron/renderer";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Backend, ModelFolder } from "../backend.js";
import { ProgressLine } from "../ui/progress-line.js";
import { messageOf } from "../ui/message-of.js";
import { useTask } from "../ui/use-task.js";

interface ModelPickerProps {
  backend: Backend;
  /** Name of the model that is open, if one is. */
  current: string | undefined;
  /** The open model is to stay. */
  onKeep: () => void;
  /** Another one is being opened: the one before is gone. */
  onStart: () => void;
  onOpen: (scorer: Scorer) => void;
}

/** Chooses a model folder and loads it. */
export function ModelPicker({ backend, current, onKeep, onStart, onOpen }: ModelPickerProps): JSX.Element {
  const [folders, setFolders] = useState<ModelFolder[]>();
  const [listError, setListError] = useState<string>();
  const [path, setPath] = useState("");
  const [share, setShare] = useState(0);
  const task = useTask();

  useEffect(() => {
    backend.listModels().then(setFolders, (error: unknown) => {
      setListError(messageOf(error));
    });
  }, []);

  const open = (chosen: string): void => {
    setPath(chosen);
    setShare(0);
    onStart();
    task.run(async (signal) => {
      const onProgress = ({ done, total }: { done: number; total: number }): void => {
        setShare(done / total);
      };
      onOpen(await backend.openModel(chosen, { signal, onProgress }));
    });
  };
  const choose = async (): Promise<void> => {
    const chosen = await backend.chooseFolder?.();
    if (chosen !== undefined) open(chosen);
  };

  return (
    <div class="card picker">
      <h1>Open a reward model</h1>
      {folders !== undefined && folders.length > 0 && (
        <ul class="folders" aria-label="Model folders found">
          {folders.map((folder) => (
            <li key={folder.path}>
              <button
                type="button"
                disabled={task.isRunning}
                onClick={() => {
                  open(folder.path);
                }}
              >
                <strong>{folder.name}</strong>
                <span>{folder.summary}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {backend.chooseFolder === undefined ? (
        <form
          class="path-form"
          onSubmit={(event) => {
            event.preventDefault();
            open(path);
          }}
        >
          <label for="model-path">Model folder</label>
          <div class="row">
            <input
              id="model-path"
              value={path}
              placeholder="Folder that convert or pull wrote"
              spellcheck={false}
              onInput={(event) => {
                setPath(event.currentTarget.value);
              }}
            />
            <button type="submit" class="primary" disabled={task.isRunning || path.trim() === ""}>
              Open
            </button>
          </div>
        </form>
      ) : (
        <button type="button" class="primary" disabled={task.isRunning} onClick={() => void choose()}>
          Choose a model folder…
        </button>
      )}
      {task.isRunning && (
        <>
          <ProgressLine label="Loading the model" share={share} />
          <button type="button" onClick={task.cancel}>
            Cancel
          </button>
        </>
      )}
      {(task.error ?? listError) !== undefined && (
        <p class="error" role="alert">
          {task.error ?? listError}
        </p>
      )}
      {current !== undefined && (
        <button type="button" class="quiet keep" onClick={onKeep}>
          Back to {current}
        </button>
      )}
      <p class="hint">
        No model yet? Fetch one with <code>npx llama-reward pull Ray2333/GRM-llama3.2-3B-sftreg</code>
      </p>
    </div>
  );
}
