import type { JSX } from "preact";
import { formatReward } from "../../ui/format.js";
import { LetterBadge } from "../../ui/letter-badge.js";
import { scaleOf, type Scale } from "../../ui/scale.js";
import type { Breakdown, Contribution } from "./breakdown.js";

/** What the weights are, by kind. */
const WEIGHTS: Readonly<Record<Breakdown["kind"], string>> = {
  gate: "Weight is what the model’s gate gives an attribute for this answer.",
  mixture: "Weight is what an objective counts after the gate on the prompt and the transform matrix.",
  fixed: "Weights are fixed: they are the published ones.",
  values: "The model predicts these beside the reward; they are no parts of it.",
};

interface BreakdownPanelProps {
  breakdown: Breakdown;
  reward: number;
  /** Letter of the candidate. */
  name: string;
}

/** What each attribute adds to one candidate's reward: weight × value, largest first; the last line is their sum. */
export function BreakdownPanel({ breakdown, reward, name }: BreakdownPanelProps): JSX.Element {
  const { kind, rows } = breakdown;
  const hasParts = kind !== "values";
  const scale = scaleOf(rows.map(({ part, mean }) => part ?? mean));
  return (
    <table class="attributes">
      <caption>
        {title(kind)} <LetterBadge name={name} />
        <span class="hint"> {WEIGHTS[kind]}</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">{kind === "mixture" ? "Objective" : "Attribute"}</th>
          <th scope="col" class="number">
            Value
          </th>
          {hasParts && (
            <th scope="col" class="number weight">
              × Weight
            </th>
          )}
          <td class="plot" />
          {hasParts && (
            <th scope="col" class="number">
              = Contribution
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <ContributionRow key={row.name} row={row} scale={scale} />
        ))}
      </tbody>
      {hasParts && (
        <tfoot>
          <tr>
            <th scope="row" colSpan={3}>
              Reward, the sum
            </th>
            <td class="plot" />
            <td class="number">{formatReward(reward)}</td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

function title(kind: Breakdown["kind"]): string {
  switch (kind) {
    case "mixture":
      return "Mixed objectives of";
    case "values":
      return "Attributes of";
    default:
      return "Contributions to";
  }
}

function ContributionRow({ row, scale }: { row: Contribution; scale: Scale }): JSX.Element {
  const { name, mean, std, weight, part } = row;
  const [zero, end] = [scale.position(0), scale.position(part ?? mean)];
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="number">
        {formatReward(mean)}
        {std !== undefined && <small> ± {formatReward(std)}</small>}
      </td>
      {weight !== undefined && <td class="number weight">{formatReward(weight)}</td>}
      <td class="plot">
        <span class="track">
          <span
            class={`bar part${end < zero ? " negative" : ""}`}
            style={{ left: `${Math.min(zero, end)}%`, width: `${Math.abs(end - zero)}%` }}
          />
          <span class="zero" style={{ left: `${zero}%` }} />
        </span>
      </td>
      {part !== undefined && <td class="number">{formatReward(part)}</td>}
    </tr>
  );
}
