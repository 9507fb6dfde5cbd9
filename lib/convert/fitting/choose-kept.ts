/** Matrices that are quantized or kept together, and what quantizing them alone does. */
export interface MeasuredGroup {
  names: readonly string[];
  /** What keeping them in 16 bits takes more. */
  extraBytes: number;
  /** By conversation, in standard deviations of the rewards. */
  errors: readonly number[];
}

/** How far to go. */
export interface KeptLimits {
  /** Largest error to end at; 0 keeps all that helps and has room. */
  bound: number;
  /** What may be kept more, in bytes. Default: everything. */
  room?: number | undefined;
  /** Indices of groups that are kept already; they take none of the room. */
  kept?: ReadonlySet<number> | undefined;
}

/**
 * Which groups to keep in 16 bits so that no error is larger than a bound: one after the other, the one that takes most off the
 * largest errors for its bytes. Errors of groups add up, as small errors do.
 * @param errors with every group quantized; what is not the sum of the groups' own stays
 * @returns indices of groups; all that have room where the bound cannot be held otherwise
 */
export function chooseKept(
  groups: readonly MeasuredGroup[],
  errors: readonly number[],
  { bound, room = Infinity, kept = new Set() }: KeptLimits,
): Set<number> {
  const chosen = new Set(kept);
  let left = errors;
  let free = room;
  while (worst(left) > bound) {
    const before = weightOf(left);
    let best = -1;
    let most = bound > 0 ? -Infinity : 0;
    groups.forEach((group, index) => {
      if (chosen.has(index) || group.extraBytes > free) return;
      const gain = (before - weightOf(without(left, group))) / Math.max(1, group.extraBytes);
      if (gain <= most) return;
      best = index;
      most = gain;
    });
    const group = groups[best];
    if (group === undefined) break;
    chosen.add(best);
    free -= group.extraBytes;
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
