/**
 * Outputs that differ in any byte.
 * @param {ReadonlyMap<string, string>} expected
 * @param {ReadonlyMap<string, string>} actual
 * @returns {string[]} what is wrong
 */
export function compareBytes(expected, actual) {
  return [...expected].flatMap(([name, text]) => (actual.get(name) === text ? [] : [`${name} differs`]));
}

/**
 * How far numbers of JSON Lines lie apart; everything else must be equal.
 * @param {ReadonlyMap<string, string>} expected
 * @param {ReadonlyMap<string, string>} actual
 * @param {number} tolerance
 * @returns {{ largest: number, problems: string[] }}
 */
export function compareNumbers(expected, actual, tolerance) {
  let largest = 0;
  const problems = [];
  for (const [name, text] of expected) {
    const difference = distance(parseRows(text), parseRows(actual.get(name) ?? "null"));
    largest = Math.max(largest, difference);
    if (!(difference <= tolerance)) problems.push(`${name} differs by ${difference}`);
  }
  return { largest, problems };
}

/** Of `rank`, candidates as they were given: near ones may change places. */
function parseRows(text) {
  const rows = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return rows.map((row) =>
    Array.isArray(row?.results)
      ? { ...row, results: [...row.results].sort((a, b) => a.index - b.index) }
      : row,
  );
}

/** The largest difference of two numbers in the same place; infinite where anything else differs. */
function distance(left, right) {
  if (typeof left === "number" && typeof right === "number") return Math.abs(left - right);
  if (typeof left !== "object" || left === null || typeof right !== "object" || right === null)
    return left === right ? 0 : Infinity;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return Infinity;
  return Math.max(0, ...keys.map((key) => distance(left[key], right[key])));
}
