import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Backend } from "../backend.js";

interface PathFormProps {
  chooseFolder: Backend["chooseFolder"];
  isBusy: boolean;
  onOpen: (path: string) => void;
}

/** Another folder: by the system's dialog where there is one, else by its path. */
export function PathForm({ chooseFolder, isBusy, onOpen }: PathFormProps): JSX.Element {
  const [path, setPath] = useState("");
  if (chooseFolder !== undefined) {
    const choose = async (): Promise<void> => {
      const chosen = await chooseFolder();
      if (chosen !== undefined) onOpen(chosen);
    };
    return (
      <button type="button" class="primary" aria-disabled={isBusy} onClick={() => void (isBusy || choose())}>
        Choose a model folder…
      </button>
    );
  }
  return (
    <form
      class="path-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy && path.trim() !== "") onOpen(path.trim());
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
        <button type="submit" class="primary" aria-disabled={isBusy || path.trim() === ""}>
          Open
        </button>
      </div>
    </form>
  );
}
