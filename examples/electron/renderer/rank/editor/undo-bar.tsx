import type { JSX } from "preact";
import type { Workspace } from "../../workspace/use-workspace.js";

/** What was done to the texts at one blow, and the way back. */
export function UndoBar({ workspace }: { workspace: Workspace }): JSX.Element | null {
  const { undo, redo } = workspace.drafts;
  const [last, next] = [undo.at(-1), redo.at(-1)];
  if (last === undefined && next === undefined) return null;
  return (
    <div class="undo-bar">
      <span role="status">{last === undefined ? `Undone: ${next?.what ?? ""}` : last.what}</span>
      {/* Both stay, so that a press never takes the focused one away. */}
      <button
        type="button"
        class="quiet"
        aria-disabled={last === undefined}
        aria-label={last === undefined ? "Undo" : `Undo: ${last.what}`}
        onClick={workspace.undo}
      >
        Undo
      </button>
      <button
        type="button"
        class="quiet"
        aria-disabled={next === undefined}
        aria-label={next === undefined ? "Redo" : `Redo: ${next.what}`}
        onClick={workspace.redo}
      >
        Redo
      </button>
    </div>
  );
}
