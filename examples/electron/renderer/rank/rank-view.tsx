import type { Message, Progress, Scorer } from "llama-reward/electron/renderer";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { letter } from "../ui/format.js";
import { ProgressLine } from "../ui/progress-line.js";
import { useTask } from "../ui/use-task.js";
import { CandidateEditor } from "./candidate-editor.js";
import { ConversationEditor } from "./conversation-editor.js";
import { EXAMPLE } from "./example.js";
import { rankCandidates, type Candidate, type Ranking } from "./rank-candidates.js";
import { RankResults } from "./rank-results.js";

/** How much of the results has to be in sight: their headline. */
const LEAST_VISIBLE_PX = 100;

const EMPTY: readonly Message[] = [{ role: "user", content: "" }];

/** Ranks candidates for one conversation. Ctrl or Cmd with Enter ranks, Escape cancels. */
export function RankView({ scorer }: { scorer: Scorer }): JSX.Element {
  const [messages, setMessages] = useState<readonly Message[]>(EMPTY);
  const [candidates, setCandidates] = useState<readonly string[]>(["", ""]);
  const [ranking, setRanking] = useState<Ranking>();
  const [progress, setProgress] = useState<Progress>();
  const task = useTask();
  const results = useRef<HTMLElement>(null);
  useEffect(() => {
    // Below the editor in a narrow window, nobody would see that something has come.
    const top = results.current?.getBoundingClientRect().top ?? 0;
    const hasCome = ranking !== undefined || task.error !== undefined;
    if (hasCome && top > window.innerHeight - LEAST_VISIBLE_PX) results.current?.scrollIntoView();
  }, [ranking, task.error]);

  const filled = candidates
    .map((text, index) => ({ name: letter(index), text }))
    .filter(({ text }) => text.trim() !== "");
  const problem = whyNot(scorer, messages, filled);
  const rank = (): void => {
    if (problem !== undefined) return;
    setProgress(undefined);
    task.run(async (signal) => {
      try {
        setRanking(await rankCandidates(scorer, messages, filled, { signal, onProgress: setProgress }));
      } catch (error) {
        // Bars of other texts beside the error would look like the answer. Who cancels keeps them.
        if (!signal.aborted) setRanking(undefined);
        throw error;
      }
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      rank();
    } else if (event.key === "Escape" && task.isRunning) {
      task.cancel();
    }
  };

  return (
    <div class="columns" onKeyDown={onKeyDown}>
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          rank();
        }}
      >
        <ConversationEditor messages={messages} onChange={setMessages} />
        <CandidateEditor candidates={candidates} onChange={setCandidates} />
        {scorer.description.task === "steps" && (
          <p class="hint">This model rewards steps: each paragraph of an answer is one, or each line.</p>
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
              disabled={problem !== undefined}
              title="Ctrl or ⌘ with Enter"
            >
              Rank answers
            </button>
          )}
          <button
            type="button"
            class="quiet"
            onClick={() => {
              setMessages(EXAMPLE.messages);
              setCandidates(EXAMPLE.candidates);
            }}
          >
            Fill in an example
          </button>
          {problem !== undefined && <span class="hint">{problem}</span>}
        </div>
      </form>
      <section class="card results" aria-label="Results" aria-busy={task.isRunning} ref={results}>
        {task.isRunning && (
          <ProgressLine label="Scoring" share={progress === undefined ? 0 : progress.done / progress.total} />
        )}
        {task.error !== undefined && (
          <p class="error" role="alert">
            {task.error}
          </p>
        )}
        {ranking !== undefined && <RankResults ranking={ranking} />}
        {ranking === undefined && task.error === undefined && (
          <p class="empty">Rewards appear here, best answer first.</p>
        )}
      </section>
    </div>
  );
}

function whyNot(
  scorer: Scorer,
  messages: readonly Message[],
  filled: readonly Candidate[],
): string | undefined {
  if (messages.every(({ content }) => content.trim() === "")) return "Write what was asked.";
  if (filled.length < 2) return "Give at least two candidates.";
  if (scorer.description.task === "compare" && filled.length !== 2)
    return "This model compares two candidates.";
  return undefined;
}
