import type { RankedScore } from "llama-reward/electron/renderer";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { toCsv } from "../ui/csv.js";
import { download } from "../ui/download.js";
import { formatDuration } from "../ui/format.js";
import { AttributePanel } from "./attribute-panel.js";
import { ProbabilityBar } from "./probability-bar.js";
import type { Candidate, Ranking } from "./rank-candidates.js";
import { RankedBars } from "./ranked-bars.js";
import { StepsPanel } from "./steps-panel.js";

/** Everything one ranking has to say. */
export function RankResults({ ranking }: { ranking: Ranking }): JSX.Element {
  const { candidates, scores, probability, elapsedMs } = ranking;
  const [selected, setSelected] = useState(scores[0]?.index ?? 0);
  useEffect(() => {
    setSelected(scores[0]?.index ?? 0);
  }, [ranking]);
  const shown = scores.find(({ index }) => index === selected);
  const warnings = [...new Set(scores.flatMap((score) => score.warnings))];

  return (
    <>
      <p class="verdict" role="status">
        {verdict(ranking)} <span class="hint">{formatDuration(elapsedMs)}</span>
      </p>
      {probability !== undefined && (
        <ProbabilityBar probability={probability} names={candidates.map(({ name }) => name)} />
      )}
      {scores.length > 0 && (
        <RankedBars scores={scores} candidates={candidates} selected={selected} onSelect={setSelected} />
      )}
      {shown?.attributes !== undefined && (
        <AttributePanel score={shown} name={candidates[shown.index]?.name ?? ""} />
      )}
      {shown?.steps !== undefined && (
        <StepsPanel
          score={shown}
          name={candidates[shown.index]?.name ?? ""}
          text={candidates[shown.index]?.text ?? ""}
        />
      )}
      {warnings.map((warning) => (
        <p class="warning" key={warning}>
          {warning}
        </p>
      ))}
      <div class="actions">
        <button
          type="button"
          class="quiet"
          onClick={() => {
            download("ranking.jsonl", "application/x-ndjson", asJsonl(ranking));
          }}
        >
          Export JSONL
        </button>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            download("ranking.csv", "text/csv", asCsv(scores, candidates));
          }}
        >
          Export CSV
        </button>
      </div>
    </>
  );
}

function verdict({ candidates, scores, probability }: Ranking): string {
  const [best, second] = scores;
  if (best === undefined) return `${candidates[(probability ?? 0) >= 0.5 ? 0 : 1]?.name ?? ""} is better`;
  if (second !== undefined && best.reward === second.reward) return "A tie at the top";
  const name = candidates[best.index]?.name ?? "";
  return scores.length === 2 ? `${name} is better` : `${name} is best of ${scores.length}`;
}

function asJsonl({ candidates, scores, probability }: Ranking): string {
  const results = scores.map((score) => ({
    ...score,
    candidate: candidates[score.index]?.name,
    response: candidates[score.index]?.text,
  }));
  return `${JSON.stringify({ results, ...(probability === undefined ? {} : { probability }) })}\n`;
}

function asCsv(scores: readonly RankedScore[], candidates: readonly Candidate[]): string {
  const names = Object.keys(scores[0]?.attributes ?? {});
  return toCsv(
    ["rank", "candidate", "reward", "std", "tokens", ...names, "response"],
    scores.map((score) => [
      score.rank,
      candidates[score.index]?.name,
      score.reward,
      score.std,
      score.tokenCount,
      ...names.map((name) => score.attributes?.[name]?.mean),
      candidates[score.index]?.text,
    ]),
  );
}
