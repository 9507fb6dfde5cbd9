/**
 * The largest share of which so few successes are still plausible: the upper end of Clopper and Pearson's exact one-sided interval
 * ("The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26, 1934). Without successes it is
 * 1 − (1 − confidence)^(1/trials), about 3/trials at 95 %: the rule of three.
 * @param trials independent of each other
 * @param confidence chance, at least, that the bound is above the true share
 */
export function binomialUpperBound(successes: number, trials: number, confidence = 0.95): number {
  if (successes >= trials) return 1;
  const target = Math.log(1 - confidence);
  let [low, high] = [successes / trials, 1];
  for (let step = 0; step < BISECTIONS; step++) {
    const share = (low + high) / 2;
    if (logAtMost(successes, trials, share) > target) low = share;
    else high = share;
  }
  return high;
}

/** The fewest trials at which so many successes bound the share: `binomialUpperBound` is at most `share` then. */
export function trialsNeeded(successes: number, share: number, confidence = 0.95): number {
  let [low, high] = [successes, Math.max(1, 2 * successes)];
  while (binomialUpperBound(successes, high, confidence) > share) [low, high] = [high, 2 * high];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (binomialUpperBound(successes, middle, confidence) > share) low = middle;
    else high = middle;
  }
  return high;
}

/** Halves the interval to what a double can tell. */
const BISECTIONS = 60;

/** The logarithm of the chance of at most so many successes. */
function logAtMost(successes: number, trials: number, share: number): number {
  const [yes, no] = [Math.log(share), Math.log1p(-share)];
  let logWays = 0;
  let total = trials * no;
  for (let count = 1; count <= successes; count++) {
    logWays += Math.log((trials - count + 1) / count);
    const term = logWays + count * yes + (trials - count) * no;
    const [larger, smaller] = term > total ? [term, total] : [total, term];
    total = larger + Math.log1p(Math.exp(smaller - larger));
  }
  return total;
}
