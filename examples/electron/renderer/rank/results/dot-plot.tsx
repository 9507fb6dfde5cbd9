import type { JSX } from "preact";
import { formatReward } from "../../ui/format.js";
import { hueOf, LetterBadge } from "../../ui/letter-badge.js";
import { spreadOf, ticksOf, type Scale } from "../../ui/scale.js";
import { forgedTokens } from "./forged-tokens.js";
import type { OrderedScore } from "./order.js";
import type { Ranking } from "./ranking.js";
import type { Changes } from "./stale.js";

interface DotPlotProps {
  ranking: Ranking;
  order: readonly OrderedScore[];
  changes: Changes;
  /** Letter of the candidate whose details are shown. */
  selected: string;
  onSelect: (name: string) => void;
}

/** One dot per candidate, best first, with the reward's standard deviation where the head gives one. */
export function DotPlot({ ranking, order, changes, selected, onSelect }: DotPlotProps): JSX.Element {
  const scale = spreadOf(order.flatMap(({ score: { reward, std = 0 } }) => [reward - std, reward + std]));
  return (
    <div class="chart">
      <ol class="dots" aria-label="Candidates, best first">
        {order.map((entry) => {
          const candidate = ranking.candidates[entry.score.index] ?? { name: "", text: "" };
          return (
            <li key={candidate.name}>
              <DotRow
                entry={entry}
                {...candidate}
                scale={scale}
                isEdited={changes.messages || changes.edited.has(candidate.name)}
                isSelected={candidate.name === selected}
                onSelect={() => {
                  onSelect(candidate.name);
                }}
              />
            </li>
          );
        })}
      </ol>
      <div class="axis" aria-hidden="true">
        {ticksOf(scale, 5).map((tick) => (
          <span key={tick} style={{ left: `${scale.position(tick)}%` }}>
            {String(Number(tick.toPrecision(6))).replace("-", "\u2212")}
          </span>
        ))}
      </div>
    </div>
  );
}

interface DotRowProps {
  entry: OrderedScore;
  name: string;
  text: string;
  scale: Scale;
  isEdited: boolean;
  isSelected: boolean;
  onSelect: () => void;
}

function DotRow({ entry, name, text, scale, isEdited, isSelected, onSelect }: DotRowProps): JSX.Element {
  const { score, rank, adjusted } = entry;
  const { reward, std, warnings } = score;
  const forged = forgedTokens(warnings, text);
  return (
    <button
      type="button"
      class={`dot-row ${hueOf(name)}${isEdited ? " edited" : ""}`}
      aria-pressed={isSelected}
      title={text}
      onClick={onSelect}
    >
      <LetterBadge name={name} />
      <span class="dot-text">{text}</span>
      <span class="dot-value">
        <span class="visually-hidden">, reward </span>
        <span class="reward">{formatReward(reward)}</span>
        {std !== undefined && <small> ± {formatReward(std)}</small>}
      </span>
      <span class="track">
        {scale.min < 0 && scale.max > 0 && <span class="zero" style={{ left: `${scale.position(0)}%` }} />}
        {std !== undefined && (
          <span
            class="whisker"
            style={{
              left: `${scale.position(reward - std)}%`,
              width: `${scale.position(reward + std) - scale.position(reward - std)}%`,
            }}
          />
        )}
        <span class="dot" style={{ left: `${scale.position(reward)}%` }} />
      </span>
      <span class="badges">
        {isEdited && <span class="badge">changed since</span>}
        {adjusted !== undefined && <span class="badge">adjusted {formatReward(adjusted)}</span>}
        {rank === null && <span class="badge warn">too unsure to rank</span>}
        {forged.length > 0 && (
          <span
            class="badge warn"
            title="The model reads these as its own control tokens: the answer can forge turns."
          >
            forges {forged.join(" ")}
          </span>
        )}
        {(score.truncatedTokens ?? 0) > 0 && (
          <span class="badge warn">{score.truncatedTokens} tokens cut off</span>
        )}
      </span>
    </button>
  );
}
