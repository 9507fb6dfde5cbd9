import type { JSX } from "preact";
import { agreementOf } from "./agreement.js";
import type { Ranking } from "./ranking.js";

/** How far two models agree, in a sentence. */
export function AgreementLine({ rankings }: { rankings: readonly Ranking[] }): JSX.Element {
  const [first, second] = rankings;
  const { same, different, isSameBest } = agreementOf(first?.scores ?? [], second?.scores ?? []);
  const pairs = same + different;
  return (
    <p class="notice">
      {isSameBest ? "Both models put the same answer first" : "The models put different answers first"}
      {pairs > 1 && `; they agree on ${same} of ${pairs} pairs`}. Rewards of two models have no common scale.
    </p>
  );
}
