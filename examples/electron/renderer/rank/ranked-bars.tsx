import type { RankedScore } from "llama-reward/electron/renderer";
import type { JSX } from "preact";
import { formatReward } from "../ui/format.js";
import { scaleOf, ticksOf } from "../ui/scale.js";
import type { Candidate } from "./rank-candidates.js";

interface RankedBarsProps {
  /** Best first. */
  scores: readonly RankedScore[];
  candidates: readonly Candidate[];
  selected: number;
  onSelect: (index: number) => void;
}

/** One bar per candidate from zero, best first, with the reward's standard deviation where the head gives one. */
export function RankedBars({ scores, candidates, selected, onSelect }: RankedBarsProps): JSX.Element {
  const scale = scaleOf(scores.flatMap(({ reward, std = 0 }) => [reward - std, reward + std]));
  const zero = scale.position(0);
  const hasDetails = scores.some(({ attributes, steps }) => (attributes ?? steps) !== undefined);
  return (
    <div class="chart">
      <ol class="bars" aria-label="Candidates, best first">
        {scores.map(({ reward, std, index }, place) => {
          const end = scale.position(reward);
          const { name, text } = candidates[index] ?? { name: "", text: "" };
          return (
            <li key={index}>
              <button
                type="button"
                class="bar-row"
                aria-pressed={hasDetails ? index === selected : undefined}
                title={text}
                onClick={() => {
                  onSelect(index);
                }}
              >
                <span class="letter">{name}</span>
                <span class="bar-text">{text}</span>
                <span class="bar-value">
                  <span class="visually-hidden">, reward </span>
                  <span class="reward">{formatReward(reward)}</span>
                  {std !== undefined && <small> ± {formatReward(std)}</small>}
                </span>
                <span class="track">
                  <span
                    class={`bar${place === 0 ? " best" : ""}${reward < 0 ? " negative" : ""}`}
                    style={{ left: `${Math.min(zero, end)}%`, width: `${Math.abs(end - zero)}%` }}
                  />
                  <span class="zero" style={{ left: `${zero}%` }} />
                  {std !== undefined && (
                    <span
                      class="whisker"
                      style={{
                        left: `${scale.position(reward - std)}%`,
                        width: `${scale.position(reward + std) - scale.position(reward - std)}%`,
                      }}
                    />
                  )}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
      <div class="axis" aria-hidden="true">
        {ticksOf(scale).map((tick) => (
          <span key={tick} style={{ left: `${scale.position(tick)}%` }}>
            {String(Number(tick.toPrecision(6))).replace("-", "\u2212")}
          </span>
        ))}
      </div>
    </div>
  );
}
