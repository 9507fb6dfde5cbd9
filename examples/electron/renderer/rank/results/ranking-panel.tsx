import type { JSX } from "preact";
import { ExportButtons } from "../../ui/export-buttons.js";
import { formatDuration } from "../../ui/format.js";
import { breakdownOf } from "./breakdown.js";
import { BreakdownPanel } from "./breakdown-panel.js";
import { DotPlot } from "./dot-plot.js";
import { rankingAsCsv, rankingAsJsonl } from "./export-ranking.js";
import { otherWarnings } from "./forged-tokens.js";
import type { OrderedScore } from "./order.js";
import { ProbabilityBar } from "./probability-bar.js";
import type { Ranking } from "./ranking.js";
import type { Changes } from "./stale.js";
import { StepsPanel } from "./steps-panel.js";
import { verdictOf } from "./verdict.js";

interface RankingPanelProps {
  ranking: Ranking;
  order: readonly OrderedScore[];
  changes: Changes;
  selected: string;
  onSelect: (name: string) => void;
  /** Whether it stands beside another model's, and has to say whose it is. */
  isOneOfTwo: boolean;
}

/** All that one model says of the answers. */
export function RankingPanel(props: RankingPanelProps): JSX.Element {
  const { ranking, order, changes, selected, onSelect, isOneOfTwo } = props;
  const { candidates, model, probability, elapsedMs } = ranking;
  const index = candidates.findIndex(({ name }) => name === selected);
  const score = order.find((entry) => entry.score.index === index)?.score;
  const breakdown = score === undefined ? undefined : breakdownOf(score);
  const warnings = otherWarnings([...new Set(order.flatMap((entry) => entry.score.warnings))]);
  const { text, close } = verdictOf(ranking, order);
  return (
    <section class="ranking" aria-label={`Ranking by ${model.name}`}>
      {isOneOfTwo && (
        <h2>
          {model.name} <span class="hint">{model.type}</span>
        </h2>
      )}
      <p class={`verdict${close.length > 0 ? " close" : ""}`} role="status">
        {text} <span class="hint">{formatDuration(elapsedMs)}</span>
      </p>
      {probability !== undefined && <ProbabilityBar ranking={ranking} probability={probability} />}
      {order.length > 0 && (
        <DotPlot ranking={ranking} order={order} changes={changes} selected={selected} onSelect={onSelect} />
      )}
      {breakdown !== undefined && score !== undefined && (
        <BreakdownPanel breakdown={breakdown} reward={score.reward} name={selected} />
      )}
      {score?.steps !== undefined && (
        <StepsPanel score={score} name={selected} text={candidates[index]?.text ?? ""} />
      )}
      {warnings.map((warning) => (
        <p class="warning" key={warning}>
          {warning}
        </p>
      ))}
      <div class="actions">
        <ExportButtons
          name="ranking"
          jsonl={() => rankingAsJsonl(ranking, order)}
          csv={() => rankingAsCsv(ranking, order)}
        />
      </div>
    </section>
  );
}
