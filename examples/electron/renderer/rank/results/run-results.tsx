import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { messageOf } from "../../ui/message-of.js";
import type { Draft } from "../../workspace/draft.js";
import type { OrderSettings } from "../../workspace/settings.js";
import { DiffView } from "../diff/diff-view.js";
import { AgreementLine } from "./agreement-line.js";
import { orderedBy, type OrderedScore } from "./order.js";
import type { Ranking, RankingRun } from "./ranking.js";
import { RankingPanel } from "./ranking-panel.js";
import { changesSince, describeChanges } from "./stale.js";

interface RunResultsProps {
  run: RankingRun;
  /** What is in the fields now. */
  draft: Draft;
  order: OrderSettings;
  onRankAgain: () => void;
  onOrderByReward: () => void;
}

/** A ranking by one model, or by two of them side by side. */
export function RunResults({
  run,
  draft,
  order,
  onRankAgain,
  onOrderByReward,
}: RunResultsProps): JSX.Element {
  const [selected, setSelected] = useState("");
  useEffect(() => {
    setSelected(bestOf(run));
  }, [run]);
  const [first] = run.rankings;
  if (first === undefined) return <></>;
  const changes = changesSince(first, draft);
  const stale = describeChanges(changes);
  return (
    <>
      {stale !== undefined && (
        <p class="notice stale">
          {stale}{" "}
          <button type="button" class="quiet" onClick={onRankAgain}>
            Rank again
          </button>
        </p>
      )}
      {run.rankings.length > 1 && <AgreementLine rankings={run.rankings} />}
      <div class={run.rankings.length > 1 ? "side-by-side" : ""}>
        {run.rankings.map((ranking, place) => {
          const ordered = tryOrder(ranking, order);
          return "problem" in ordered ? (
            <p class="error" role="alert" key={place}>
              {ranking.model.name}: {ordered.problem}{" "}
              <button type="button" class="quiet" onClick={onOrderByReward}>
                Order by the reward
              </button>
            </p>
          ) : (
            <RankingPanel
              key={place}
              ranking={ranking}
              order={ordered.order}
              changes={changes}
              selected={selected}
              onSelect={setSelected}
              isOneOfTwo={run.rankings.length > 1}
            />
          );
        })}
      </div>
      <DiffView candidates={first.candidates} first={bestOf(run)} />
    </>
  );
}

/** Letter of the first model's best answer. */
function bestOf({ rankings }: RankingRun): string {
  const [first] = rankings;
  return first?.candidates[first.scores[0]?.index ?? 0]?.name ?? "";
}

/** What cannot be ordered as the settings ask is not shown in another order instead. */
function tryOrder(ranking: Ranking, order: OrderSettings): { order: OrderedScore[] } | { problem: string } {
  try {
    return { order: orderedBy(ranking.scores, order) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
