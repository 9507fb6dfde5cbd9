import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { OpenedModel } from "../../model/opened-model.js";
import type { Task } from "../../ui/use-task.js";
import { EMPTY_DRAFT, isEmpty } from "../../workspace/draft.js";
import type { Workspace } from "../../workspace/use-workspace.js";
import { CandidateEditor } from "./candidate-editor.js";
import { ConversationEditor } from "./conversation-editor.js";
import { EXAMPLE } from "./example.js";
import { PasteDialog } from "./paste-dialog.js";
import { UndoBar } from "./undo-bar.js";

interface DraftEditorProps {
  workspace: Workspace;
  models: readonly OpenedModel[];
  /** Why it cannot be ranked yet. */
  problem: string | undefined;
  task: Task;
  onRank: () => void;
}

/** The texts, and what can be done with all of them. */
export function DraftEditor({ workspace, models, problem, task, onRank }: DraftEditorProps): JSX.Element {
  const [isPasting, setIsPasting] = useState(false);
  const rewardsSteps = models.some(({ scorer }) => scorer.description.task === "steps");
  return (
    <>
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          onRank();
        }}
      >
        <UndoBar workspace={workspace} />
        <ConversationEditor workspace={workspace} />
        <CandidateEditor workspace={workspace} />
        {rewardsSteps && (
          <p class="hint">This model rewards steps: each paragraph of an answer is one, or each line.</p>
        )}
        {!workspace.isDraftKept && (
          <p class="notice">
            The browser’s storage is full or switched off: these texts are gone when the page is closed.
          </p>
        )}
        <div class="actions at-hand">
          {task.isRunning ? (
            <button type="button" onClick={task.cancel}>
              Cancel
            </button>
          ) : (
            <button
              type="submit"
              class="primary"
              aria-disabled={problem !== undefined}
              title="Ctrl or ⌘ with Enter"
            >
              Rank answers
            </button>
          )}
          <button
            type="button"
            class="quiet"
            onClick={() => {
              setIsPasting(true);
            }}
          >
            Paste JSON…
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              workspace.replace("Example filled in", () => EXAMPLE);
            }}
          >
            Fill in an example
          </button>
          <button
            type="button"
            class="quiet"
            aria-disabled={isEmpty(workspace.drafts.current)}
            onClick={() => {
              if (!isEmpty(workspace.drafts.current)) workspace.replace("Fields cleared", () => EMPTY_DRAFT);
            }}
          >
            Clear
          </button>
          {problem !== undefined && <span class="hint">{problem}</span>}
        </div>
      </form>
      {isPasting && (
        <PasteDialog
          workspace={workspace}
          onClose={() => {
            setIsPasting(false);
          }}
        />
      )}
    </>
  );
}
