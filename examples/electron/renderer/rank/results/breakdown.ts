import type { AttributeScore, Score } from "llama-reward/electron/renderer";

/** One attribute's part in a reward. */
export interface Contribution {
  name: string;
  /** What the head predicts for the attribute. */
  mean: number;
  std: number | undefined;
  /** `mean`'s weight in the reward; undefined where the head has none. */
  weight: number | undefined;
  /** weight × mean. */
  part: number | undefined;
}

/** What a reward is made of. */
export interface Breakdown {
  /**
   * `gate`: each attribute times its gate. `mixture`: objectives times their weights after the gate and the transform matrix.
   * `fixed`: attributes times published weights. `values`: the head predicts them beside the reward; they are no parts of it.
   */
  kind: "gate" | "mixture" | "fixed" | "values";
  /** Largest parts first, by size; values in the head's order. */
  rows: Contribution[];
}

/** Parts that do not come to the reward, up to rounding, are not shown as its parts. */
const TOLERANCE = 1e-3;

/** The parts of a reward, whose sum it is; undefined for heads without attributes. */
export function breakdownOf({ reward, attributes }: Score): Breakdown | undefined {
  const entries = Object.entries(attributes ?? {});
  if (entries.length === 0) return undefined;
  const rows = entries.map(([name, attribute]) => contributionOf(name, attribute));
  const parts = rows.map(({ part }) => part).filter((part) => part !== undefined);
  const sum = parts.reduce((total, part) => total + part, 0);
  const size = parts.reduce((total, part) => total + Math.abs(part), 0);
  if (parts.length < rows.length || !(Math.abs(sum - reward) <= TOLERANCE * Math.max(1, size))) {
    return { kind: "values", rows: rows.map((row) => ({ ...row, weight: undefined, part: undefined })) };
  }
  rows.sort((a, b) => Math.abs(b.part ?? 0) - Math.abs(a.part ?? 0));
  return { kind: kindOf(entries.map(([, attribute]) => attribute)), rows };
}

/** After a transform matrix the weight of `mean` is the coefficient: the gate then weighs the adjusted value. */
function contributionOf(name: string, { mean, std, gate, coefficient }: AttributeScore): Contribution {
  const weight = coefficient ?? gate;
  return { name, mean, std, weight, part: weight === undefined ? undefined : weight * mean };
}

function kindOf(attributes: readonly AttributeScore[]): Breakdown["kind"] {
  if (attributes.every(({ coefficient }) => coefficient === undefined)) return "gate";
  return attributes.some(({ gate }) => gate !== undefined) ? "mixture" : "fixed";
}
