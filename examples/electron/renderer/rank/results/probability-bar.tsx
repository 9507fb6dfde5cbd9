import type { JSX } from "preact";
import { formatPercent } from "../../ui/format.js";
import { hueOf, LetterBadge } from "../../ui/letter-badge.js";
import type { Ranking } from "./ranking.js";

/** How likely the first of two candidates is the better one, as one bar split in two. */
export function ProbabilityBar({
  ranking,
  probability,
}: {
  ranking: Ranking;
  probability: number;
}): JSX.Element {
  const [nameA = "A", nameB = "B"] = ranking.candidates.map(({ name }) => name);
  const a = formatPercent(probability);
  const b = formatPercent(1 - probability);
  const isMeasured = ranking.model.task === "compare" || ranking.model.temperature !== undefined;
  return (
    <figure class="probability">
      <figcaption>
        Probability of being the better answer
        {!isMeasured && <span class="hint"> by Bradley-Terry, not calibrated for this model</span>}
      </figcaption>
      <div class="split" role="img" aria-label={`${nameA} ${a}, ${nameB} ${b}`}>
        <span class={`half ${hueOf(nameA)}`} style={{ width: `${probability * 100}%` }} />
        <span class={`half ${hueOf(nameB)}`} style={{ width: `${(1 - probability) * 100}%` }} />
      </div>
      <div class="split-labels" aria-hidden="true">
        <span>
          <LetterBadge name={nameA} /> {a}
        </span>
        <span>
          {b} <LetterBadge name={nameB} />
        </span>
      </div>
    </figure>
  );
}
