import type { Draft } from "../../workspace/draft.js";
import type { Workspace } from "../../workspace/use-workspace.js";
import { parsePasted } from "../paste/parse-pasted.js";
import { describePasted, takePasted } from "../paste/take-pasted.js";
import { PasteError } from "../paste/turns.js";

/**
 * Takes JSON that is pasted into a field apart. JSON that is nothing we know stays the text that it is; so it does after an undo, for
 * who meant it as text.
 * @returns a function of the pasted text, and of how the draft would be with it as text; true when it was taken apart
 */
export function usePaste(workspace: Workspace): (pasted: string, asText: (draft: Draft) => Draft) => boolean {
  return (pasted, asText) => {
    try {
      const parts = parsePasted(pasted);
      if (parts === undefined) return false;
      const before = workspace.drafts.current;
      workspace.type(asText);
      workspace.replace(describePasted(parts), () => takePasted(before, parts));
      return true;
    } catch (error) {
      if (error instanceof PasteError) return false;
      throw error;
    }
  };
}
