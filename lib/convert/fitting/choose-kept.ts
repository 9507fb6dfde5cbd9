/** Matrices that are quantized or kept together, and what quantizing them alone does. */
export interface MeasuredGroup {
  names: readonly string[];
  /** What keeping them in 16 bits takes more. */
  extraBytes: number;
  /** By conversation, in standard deviations of the rewards. */
  errors: readonly number[];
}

/**
 * Which groups to keep in 16 bits so that no error is larger than a bound: one after the other, the one that takes most off the
 * largest errors for its bytes. Errors of groups add up, as small errors do.
 * @param errors with every group quantized; what is not the sum of the groups' own stays
 * @returns indices of groups; all of them where the bound cannot be held otherwise
 */
export function chooseKept(
  groups: readonly MeasuredGroup[],
  errors: readonly number[],
  bound: number,
  kept: ReadonlySet<number> = new Set(),
): Set<number> {
  const chosen = new Set(kept);
  let left = errors;
  while (worst(left) > bound && chosen.size < groups.length) {
    const before = weightOf(left);
    let best = -1;
    let most = -Infinity;
    groups.forEach((group, index) => {
      if (chosen.has(index)) return;
      const gain = (before - weightOf(without(left, group))) / Math.max(1, group.extraBytes);
      if (gain <= most) return;
      best = index;
      most = gain;
    });
    const group = groups[best];
    if (group === undefined) break;
    chosen.add(best);
    left = without(left, group);
  }
  return chosen;
}

export function worst(errors: readonly number[]): number {
  return errors.reduce((most, error) => Math.max(most, Math.abs(error)), 0);
}

/** Fourth powers: what counts is the largest errors, and not one alone, which would be another one after each choice. */
function weightOf(errors: readonly number[]): number {
  return errors.reduce((sum, error) => sum + error ** 4, 0);
}

function without(errors: readonly number[], group: MeasuredGroup): number[] {
  return errors.map((error, index) => error - (group.errors[index] ?? 0));
}
