import type { JSX } from "preact";
import type { ModelFolder } from "../backend.js";

interface FolderListProps {
  folders: readonly ModelFolder[];
  isBusy: boolean;
  onOpen: (path: string) => void;
}

export const folderId = (path: string): string => `folder-${encodeURIComponent(path)}`;

/** Folders to open; below them those that cannot be, each with its reason. */
export function FolderList({ folders, isBusy, onOpen }: FolderListProps): JSX.Element {
  const usable = folders.filter(({ problem }) => problem === undefined);
  const others = folders.filter(({ problem }) => problem !== undefined);
  return (
    <>
      {usable.length > 0 && (
        <ul class="folders" aria-label="Model folders found">
          {usable.map(({ path, name, summary }) => (
            <li key={path}>
              <button
                type="button"
                id={folderId(path)}
                aria-disabled={isBusy}
                onClick={() => {
                  if (!isBusy) onOpen(path);
                }}
              >
                <strong>{name}</strong> <span>{summary}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <details class="unusable" open={usable.length === 0}>
          <summary>
            {others.length === 1 ? "1 folder cannot be used" : `${others.length} folders cannot be used`}
          </summary>
          {/* It scrolls when there are many: with the keyboard, too. */}
          <dl tabIndex={0}>
            {others.map(({ path, name, problem }) => (
              <div key={path}>
                <dt title={path}>{name}</dt>
                <dd>{problem}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}
