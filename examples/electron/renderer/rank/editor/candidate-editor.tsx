import type { JSX } from "preact";
import { withCandidate, withoutCandidate, withText, type Draft } from "../../workspace/draft.js";
import type { Workspace } from "../../workspace/use-workspace.js";
import { focusSoon } from "../../ui/focus-soon.js";
import { LetterBadge } from "../../ui/letter-badge.js";
import { TextBox } from "../../ui/text-box.js";
import { usePaste } from "./use-paste.js";

const fieldOf = (name: string): string => `candidate-${name}`;

/** The answers to rank. What is pasted as JSON is taken apart. */
export function CandidateEditor({ workspace }: { workspace: Workspace }): JSX.Element {
  const { candidates } = workspace.drafts.current;
  const paste = usePaste(workspace);
  const add = (): void => {
    const added = withCandidate(workspace.drafts.current).candidates;
    const name = added.find((candidate) => !candidates.some((old) => old.name === candidate.name))?.name;
    workspace.type((draft) => withCandidate(draft));
    if (name !== undefined) focusSoon(fieldOf(name));
  };
  const remove = (name: string): void => {
    const place = candidates.findIndex((candidate) => candidate.name === name);
    const next = candidates[place + 1] ?? candidates[place - 1];
    workspace.replace(`Candidate ${name} removed`, (draft) => withoutCandidate(draft, name));
    if (next !== undefined) focusSoon(fieldOf(next.name));
  };
  return (
    <fieldset>
      <legend>Candidates</legend>
      {candidates.map(({ name, text }, index) => (
        <div class="entry candidate" key={name}>
          <span aria-hidden="true">
            <LetterBadge name={name} />
          </span>
          <TextBox
            id={fieldOf(name)}
            label={`Candidate ${name}`}
            value={text}
            placeholder={
              index === 0 ? "An answer. A pasted JSON list of texts adds them all." : "Another answer"
            }
            onChange={(changed) => {
              workspace.type((draft) => withText(draft, name, changed));
            }}
            onPaste={(pasted, whole) => paste(pasted, (draft: Draft) => withText(draft, name, whole))}
          />
          {candidates.length > 2 && (
            <button
              type="button"
              class="quiet remove"
              aria-label={`Remove candidate ${name}`}
              onClick={() => {
                remove(name);
              }}
            >
              ×
            </button>
          )}
        </div>
      ))}
      <button type="button" class="quiet" onClick={add}>
        Add candidate
      </button>
    </fieldset>
  );
}
