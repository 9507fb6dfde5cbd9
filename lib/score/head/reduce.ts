/** How the log-probabilities of an answer's tokens become one number; `norm` is the negative of their Euclidean norm. */
export type Reduction = "sum" | "mean" | "norm";
/** All of them. */
export const REDUCTIONS: readonly Reduction[] = ["sum", "mean", "norm"];

/**
 * One number of log-probabilities: their sum; their mean; or the negative of their Euclidean norm. Source: RewardBench
 * rewardbench/dpo.py (`get_batch_logps`; `ref_free_norm` is sum, avg or norm).
 */
export function reduce(logs: readonly number[], reduction: Reduction): number {
  const sum = logs.reduce((total, value) => total + value, 0);
  if (reduction === "sum") return sum;
  if (reduction === "mean") return sum / logs.length;
  return -Math.sqrt(logs.reduce((total, value) => total + value * value, 0));
}
