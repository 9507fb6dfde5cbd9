import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Workspace } from "../../workspace/use-workspace.js";
import { Dialog } from "../../ui/dialog.js";
import { messageOf } from "../../ui/message-of.js";
import { parsePasted } from "../paste/parse-pasted.js";
import { describePasted, takePasted } from "../paste/take-pasted.js";

/** Takes a conversation in any common form of JSON, and says what is wrong with one that it cannot take. */
export function PasteDialog({
  workspace,
  onClose,
}: {
  workspace: Workspace;
  onClose: () => void;
}): JSX.Element {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string>();
  const take = (): void => {
    try {
      const parts = parsePasted(text);
      if (parts === undefined)
        throw new Error("This is no JSON: it does not begin with [ or {, or something in it is missing.");
      workspace.replace(describePasted(parts), (draft) => takePasted(draft, parts));
      onClose();
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <Dialog title="Paste a conversation" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          take();
        }}
      >
        <label for="pasted">JSON</label>
        <textarea
          id="pasted"
          class="code"
          rows={10}
          spellcheck={false}
          value={text}
          aria-describedby="pasted-hint"
          onInput={(event) => {
            setText(event.currentTarget.value);
            setProblem(undefined);
          }}
        />
        <p id="pasted-hint" class="hint">
          Messages of chat APIs, ShareGPT conversations, a prompt with one or several responses, chosen and
          rejected, an API’s answer, or a list of texts.
        </p>
        {problem !== undefined && (
          <p class="error" role="alert">
            {problem}
          </p>
        )}
        <div class="actions">
          <button type="submit" class="primary">
            Fill in
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
