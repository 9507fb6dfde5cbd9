import type { StepsRule } from "../conversation/steps-rule.js";
import type { HeadCandidates, HeadDefinition } from "./head.js";
import { stackHead, type StackHeadOptions, type StackHeadSpec } from "./stack-head.js";

/** What tells one head of steps from another. */
export interface StepHeadOptions<Kind extends string> extends Pick<
  StackHeadOptions<Kind>,
  "kind" | "description" | "findLayers"
> {
  /** How steps are joined, where no profile says it. */
  steps?: StepsRule;
  outputs: 1 | 2;
}

/**
 * Heads that give each step of an answer a probability of being right: Linear → ReLU → … → Linear → the sigmoid of one number, or
 * the second of two numbers' softmax, in float64.
 */
export function stepHead<const Kind extends string>({
  steps,
  ...options
}: StepHeadOptions<Kind>): HeadDefinition<StackHeadSpec<Kind>> {
  return stackHead({
    ...options,
    task: "steps",
    usage: { addSpecialTokens: false, position: "last", ...(steps === undefined ? {} : { steps }) },
    reward: ([first = NaN, second = NaN]) => logistic(options.outputs === 1 ? first : second - first),
  });
}

/** NaN, which no head gives as a result, for what is not finite: the formula would make a plausible 0 or 1 of it. */
export function logistic(value: number): number {
  return Number.isFinite(value) ? 1 / (1 + Math.exp(-value)) : NaN;
}

/** Whether `config.json` names a class, among its architectures or as remote code. */
export function namesClass({ config }: Pick<HeadCandidates, "config">, name: string): boolean {
  const { architectures, auto_map: remote } = config;
  const named = [architectures, remote].flatMap((value) =>
    typeof value === "object" && value !== null ? (Object.values(value) as unknown[]) : [],
  );
  return named.some((text) => typeof text === "string" && text.split(".").at(-1) === name);
}
