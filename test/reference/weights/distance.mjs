// How far numbers may be from the reference's.

/** Largest difference, in standard deviations of the reference's numbers. */
const BOUND = 2e-4;

/**
 * Rewards of pairs, chosen and rejected in turn. There may be fewer than the reference has.
 * @returns a line for people
 * @throws Error a reward differs by more than the bound, or a pair is the other way round
 */
export function compareRewards(rewards, reference) {
  const largest = largestError(rewards, reference);
  const flips = countFlips(rewards, reference);
  const line = `${rewards.length} rewards, largest difference ${largest.toExponential(1)} × std, ${flips} flips`;
  if (!(largest <= BOUND) || flips > 0) throw new Error(`${line}; allowed are ${BOUND} and none`);
  return line;
}

/**
 * Numbers that stand beside rewards: a row for each reward, each column by itself.
 * @throws Error a number differs by more than the bound
 */
export function compareColumns(name, rows, reference) {
  const columns = reference[0].length;
  if (rows.some((row) => row.length !== columns)) throw new Error(`${name}: expected ${columns} numbers`);
  for (let column = 0; column < columns; column++) {
    const [own, expected] = [rows, reference].map((each) => each.map((row) => row[column]));
    const largest = largestError(own, expected);
    if (!(largest <= BOUND))
      throw new Error(`${name} ${column}: largest difference ${largest.toExponential(1)} × std`);
  }
}

/** In standard deviations of the reference. NaN where a number is none. */
function largestError(numbers, reference) {
  if (numbers.length > reference.length || numbers.length < 2)
    throw new Error(`${numbers.length} numbers for ${reference.length}`);
  const mean = reference.reduce((sum, value) => sum + value, 0) / reference.length;
  const spread = Math.sqrt(reference.reduce((sum, value) => sum + (value - mean) ** 2, 0) / reference.length);
  let largest = 0;
  for (const [index, value] of numbers.entries()) {
    largest = Math.max(largest, Math.abs(value - reference[index]) / spread);
  }
  return largest;
}

function countFlips(rewards, reference) {
  let flips = 0;
  for (let index = 1; index < rewards.length; index += 2)
    if (rewards[index - 1] > rewards[index] !== reference[index - 1] > reference[index]) flips++;
  return flips;
}
