import type { Progress } from "llama-reward/electron/renderer";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { OpenedModel } from "../model/opened-model.js";
import { ProgressLine } from "../ui/progress-line.js";
import { useTask } from "../ui/use-task.js";
import { writtenCandidates } from "../workspace/draft.js";
import { checkSettings } from "../workspace/settings.js";
import type { Workspace } from "../workspace/use-workspace.js";
import { CopyMenu } from "./copy/copy-menu.js";
import { DraftEditor } from "./editor/draft-editor.js";
import { HistoryList } from "./history/history-list.js";
import { rankCandidates } from "./rank-candidates.js";
import type { Ranking } from "./results/ranking.js";
import { RunResults } from "./results/run-results.js";
import { whyNot } from "./why-not.js";

/** How much of the results has to be in sight: their headline. */
const LEAST_VISIBLE_PX = 100;

interface RankViewProps {
  models: readonly OpenedModel[];
  workspace: Workspace;
}

/** Ranks candidates for one conversation. Ctrl or Cmd with Enter ranks, Escape cancels. */
export function RankView({ models, workspace }: RankViewProps): JSX.Element {
  const [progress, setProgress] = useState<Progress>();
  const task = useTask();
  const results = useRef<HTMLElement>(null);
  const { shown, settings } = workspace;
  const draft = workspace.drafts.current;
  useEffect(() => {
    // Below the editor in a narrow window, nobody would see that something has come.
    const top = results.current?.getBoundingClientRect().top ?? 0;
    const hasCome = shown !== undefined || task.error !== undefined;
    if (hasCome && top > window.innerHeight - LEAST_VISIBLE_PX) results.current?.scrollIntoView();
  }, [shown, task.error]);

  const problem = whyNot(
    draft,
    models.map(({ scorer }) => scorer.description),
  );
  const rank = (): void => {
    if (problem !== undefined || task.isRunning) return;
    const candidates = writtenCandidates(draft);
    setProgress(undefined);
    task.run(async (signal) => {
      try {
        const rankings: Ranking[] = [];
        for (const { scorer } of models) {
          rankings.push(
            await rankCandidates(scorer, draft.messages, candidates, { signal, onProgress: setProgress }),
          );
        }
        workspace.addRun({ at: Date.now(), rankings });
      } catch (error) {
        // Dots of other texts beside the error would look like the answer. Who cancels keeps them.
        if (!signal.aborted) workspace.show(undefined);
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
  const [first] = models;
  const { order } = checkSettings(settings);

  return (
    <div class="columns" onKeyDown={onKeyDown}>
      <DraftEditor workspace={workspace} models={models} problem={problem} task={task} onRank={rank} />
      <section class="card results" aria-label="Results" aria-busy={task.isRunning} ref={results}>
        {task.isRunning && (
          <ProgressLine label="Scoring" share={progress === undefined ? 0 : progress.done / progress.total} />
        )}
        {task.error !== undefined && (
          <p class="error" role="alert">
            {task.error}
          </p>
        )}
        {shown !== undefined && (
          <RunResults
            run={shown}
            draft={draft}
            order={order}
            onRankAgain={rank}
            onOrderByReward={() => {
              workspace.setSettings({ ...settings, penalty: "", maxStd: "" });
            }}
          />
        )}
        {shown === undefined && task.error === undefined && (
          <p class="empty">Rewards appear here, best answer first.</p>
        )}
        {first !== undefined && problem === undefined && (
          <CopyMenu
            call={{
              modelDir: first.path,
              task: first.scorer.description.task,
              messages: draft.messages,
              answers: writtenCandidates(draft).map(({ text }) => text),
              load: first.load,
              order,
            }}
          />
        )}
        <HistoryList workspace={workspace} />
      </section>
    </div>
  );
}
