import type { JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Backend, ModelFolder, ModelPlace } from "../backend.js";
import type { LoadSettings } from "../workspace/settings.js";
import { focusSoon } from "../ui/focus-soon.js";
import { messageOf } from "../ui/message-of.js";
import { ProgressLine } from "../ui/progress-line.js";
import { useTask } from "../ui/use-task.js";
import { FolderList, folderId } from "./folder-list.js";
import { PathForm } from "./path-form.js";
import { PullForm } from "./pull-form.js";
import type { Models } from "./use-models.js";

interface ModelPickerProps {
  backend: Backend;
  models: Models;
  place: ModelPlace;
  load: LoadSettings;
  /** A folder to open at once: the settings that it was opened with have changed. */
  reopen: string | undefined;
  /** The open models are to stay as they are. */
  onKeep: () => void;
  onOpen: () => void;
}

/** Chooses a model folder and loads it. */
export function ModelPicker({
  backend,
  models,
  place,
  load,
  reopen,
  onKeep,
  onOpen,
}: ModelPickerProps): JSX.Element {
  const [folders, setFolders] = useState<ModelFolder[]>();
  const [listError, setListError] = useState<string>();
  const [share, setShare] = useState(0);
  const task = useTask();
  const heading = useRef<HTMLHeadingElement>(null);
  const list = useCallback(async () => {
    await backend.listModels().then(setFolders, (error: unknown) => {
      setListError(messageOf(error));
    });
  }, []);
  const open = (path: string): void => {
    setShare(0);
    task.run(async (signal) => {
      const onProgress = ({ done, total }: { done: number; total: number }): void => {
        setShare(done / total);
      };
      await models.open(path, { place, load, signal, onProgress });
      onOpen();
    });
    focusSoon("cancel-open");
  };
  useEffect(() => {
    void list();
    if (reopen !== undefined) open(reopen);
    else if (models.all.length > 0) heading.current?.focus();
  }, []);
  useEffect(() => {
    if (!task.isRunning && share > 0) heading.current?.focus();
  }, [task.isRunning]);

  const error = task.error ?? listError;
  // What stands below the list would move away from under the pointer when it comes.
  const isListed = folders !== undefined || listError !== undefined;
  const [kept] = models.all;
  return (
    <div class="card picker">
      <h1 ref={heading} tabIndex={-1}>
        {place === "first" ? "Open a reward model" : "Open a second model to compare with"}
      </h1>
      {!isListed && <p role="status">Looking for model folders…</p>}
      {folders !== undefined && <FolderList folders={folders} isBusy={task.isRunning} onOpen={open} />}
      {isListed && <PathForm chooseFolder={backend.chooseFolder} isBusy={task.isRunning} onOpen={open} />}
      {task.isRunning && (
        <>
          <ProgressLine label="Loading the model" share={share} />
          <button type="button" id="cancel-open" onClick={task.cancel}>
            Cancel
          </button>
        </>
      )}
      {error !== undefined && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      {isListed && (
        <PullForm
          backend={backend}
          onPulled={(path) => {
            void list().then(() => {
              focusSoon(folderId(path));
            });
          }}
        />
      )}
      {kept !== undefined && !task.isRunning && (
        <button type="button" class="quiet keep" onClick={onKeep}>
          Back to {kept.scorer.description.name}
        </button>
      )}
    </div>
  );
}
