import type { JSX } from "preact";
import { formatReward, formatTime } from "../../ui/format.js";
import { LetterBadge } from "../../ui/letter-badge.js";
import type { Workspace } from "../../workspace/use-workspace.js";
import type { RankingRun } from "../results/ranking.js";
import { draftOf } from "./history.js";

/** Earlier rankings, newest first: each can be looked at, and its texts taken back into the fields. */
export function HistoryList({ workspace }: { workspace: Workspace }): JSX.Element | null {
  const { runs, shown } = workspace;
  if (runs.length === 0) return null;
  return (
    <details class="history">
      <summary>{runs.length === 1 ? "1 ranking so far" : `${runs.length} rankings so far`}</summary>
      <ol aria-label="Rankings, newest first">
        {runs.map((run) => (
          <li key={run.at}>
            <button
              type="button"
              class="quiet"
              aria-pressed={run.at === shown?.at}
              onClick={() => {
                workspace.show(run);
              }}
            >
              <time dateTime={new Date(run.at).toISOString()}>{formatTime(run.at)}</time> {summaryOf(run)}
            </button>
            <button
              type="button"
              class="quiet"
              aria-label={`Take texts of the ranking of ${formatTime(run.at)} back into the fields`}
              onClick={() => {
                const draft = draftOf(run);
                if (draft !== undefined) workspace.replace("Texts of an earlier ranking", () => draft);
                workspace.show(run);
              }}
            >
              Take texts
            </button>
          </li>
        ))}
      </ol>
      <button type="button" class="quiet" onClick={workspace.forgetRuns}>
        Forget them
      </button>
    </details>
  );
}

function summaryOf({ rankings }: RankingRun): JSX.Element {
  const [first] = rankings;
  const best = first?.scores[0];
  const name = first?.candidates[best?.index ?? 0]?.name ?? "A";
  return (
    <>
      <span class="model-name">{rankings.map(({ model }) => model.name).join(", ")}</span>{" "}
      {best !== undefined && (
        <>
          <LetterBadge name={name} /> {formatReward(best.reward)}
        </>
      )}
      <span class="hint"> {first?.messages.at(-1)?.content.slice(0, 60)}</span>
    </>
  );
}
