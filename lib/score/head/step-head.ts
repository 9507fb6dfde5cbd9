import { z } from "zod";
import type { StepsRule } from "../conversation/steps-rule.js";
import type { HeadCandidates, HeadDefinition } from "./head.js";
import {
  expectOutputs,
  linearStackSchema,
  readStack,
  stackTensorNames,
  type LinearLayer,
} from "./linear-stack.js";
import { createNetworks, NetworkHead } from "./network-head.js";

/** Section of `reward.json` of a head that is a stack of linear layers over the hidden state at a step's mark. */
export interface StepHeadSpec<Kind extends string = string> {
  kind: Kind;
  /** Tensor names; ReLU after each layer but the last. */
  layers: LinearLayer[];
}

/** What tells one head of steps from another. */
export interface StepHeadOptions<Kind extends string> {
  kind: Kind;
  description: string;
  /** How steps are joined, where no profile says it. */
  steps?: StepsRule;
  /** Outputs of the last layer. */
  outputs: 1 | 2;
  /** The layers' tensor names, or an empty list when the tensors are not this head's, or nothing says so. @throws HEAD_INVALID */
  findLayers(candidates: HeadCandidates): LinearLayer[];
}

/**
 * Heads that give each step of an answer a probability of being right: Linear → ReLU → … → Linear → the sigmoid of one number, or
 * the second of two numbers' softmax, in float64.
 */
export function stepHead<const Kind extends string>(
  options: StepHeadOptions<Kind>,
): HeadDefinition<StepHeadSpec<Kind>> {
  const { kind, outputs } = options;
  return {
    kind,
    description: options.description,
    usage: {
      addSpecialTokens: false,
      position: "last",
      ...(options.steps === undefined ? {} : { steps: options.steps }),
    },
    task: "steps",
    schema: z.strictObject({ kind: z.literal(kind), layers: linearStackSchema }),
    detect(candidates) {
      const layers = options.findLayers(candidates);
      if (layers.length === 0) return undefined;
      expectOutputs(candidates.tensors, layers, candidates.hiddenSize, outputs);
      return { kind, layers };
    },
    tensorNames: (spec) => stackTensorNames(spec.layers),
    async load(spec, tensors, hiddenSize, runtime) {
      expectOutputs(tensors.tensors, spec.layers, hiddenSize, outputs);
      const stack = await readStack(tensors, spec.layers, hiddenSize, "relu");
      const [network] = await createNetworks(runtime, [stack]);
      return new NetworkHead([network], async (inputs) => {
        const rows = await network.forward(inputs.map((input) => input.scored));
        return rows.map(([first = NaN, second = NaN]) => ({
          reward: outputs === 1 ? logistic(first) : logistic(second - first),
        }));
      });
    },
  };
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
