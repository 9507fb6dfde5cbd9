import type { RankedScore } from "llama-reward/electron/renderer";
import type { JSX } from "preact";
import { formatReward } from "../../ui/format.js";
import { LetterBadge } from "../../ui/letter-badge.js";
import { stepsOf } from "../steps-of.js";

/** Below this a step counts as wrong, as in ProcessBench. */
const WRONG_BELOW = 0.5;

/** What a process reward model says of each step of one candidate, from 0 to 1; the first doubtful one is marked. */
export function StepsPanel({
  score,
  name,
  text,
}: {
  score: RankedScore;
  name: string;
  text: string;
}): JSX.Element {
  const texts = stepsOf(text);
  const rewards = (score.steps ?? []).map(({ reward }) => reward);
  const firstWrong = rewards.findIndex((reward) => reward < WRONG_BELOW);
  return (
    <table class="attributes steps">
      <caption>
        Steps of candidate <LetterBadge name={name} />
        {firstWrong < 0 ? ": none is doubtful" : `: step ${firstWrong + 1} is the first doubtful one`}
      </caption>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col" colSpan={2}>
            Probability of being right
          </th>
        </tr>
      </thead>
      <tbody>
        {rewards.map((reward, index) => (
          <tr key={index} class={index === firstWrong ? "doubtful" : undefined}>
            <th scope="row">{texts[index] ?? ""}</th>
            <td class="plot narrow">
              <span class="track">
                <span
                  class={`bar step${reward < WRONG_BELOW ? " negative" : ""}`}
                  style={{ left: "0%", width: `${100 * reward}%` }}
                />
                <span class="zero" style={{ left: "50%" }} />
              </span>
            </td>
            <td class="number">{formatReward(reward)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
