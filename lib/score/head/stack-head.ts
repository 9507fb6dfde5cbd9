import { z } from "zod";
import type { HeadCandidates, HeadDefinition } from "./head.js";
import {
  expectOutputs,
  linearStackSchema,
  readStack,
  stackTensorNames,
  type LinearLayer,
} from "./linear-stack.js";
import { createNetworks, NetworkHead } from "./network-head.js";

/** Section of `reward.json` of a head that is a stack of linear layers over one hidden state. */
export interface StackHeadSpec<Kind extends string = string> {
  kind: Kind;
  /** Tensor names, from the hidden state to the outputs; ReLU after each layer but the last. */
  layers: LinearLayer[];
}

/** What tells one such head from another. */
export interface StackHeadOptions<Kind extends string> extends Pick<
  HeadDefinition,
  "description" | "usage" | "task"
> {
  kind: Kind;
  /** Outputs of the last layer. */
  outputs: number;
  /** The layers' tensor names, or an empty list when the tensors are not this head's, or nothing says so. @throws HEAD_INVALID */
  findLayers(candidates: HeadCandidates): LinearLayer[];
  /** What the outputs mean. */
  reward(outputs: Float32Array): number;
}

/** Heads of the form Linear → ReLU → … → Linear → a number made of the outputs. */
export function stackHead<const Kind extends string>(
  options: StackHeadOptions<Kind>,
): HeadDefinition<StackHeadSpec<Kind>> {
  const { kind, outputs } = options;
  return {
    kind,
    description: options.description,
    usage: options.usage,
    task: options.task,
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
        return rows.map((row) => ({ reward: options.reward(row) }));
      });
    },
  };
}
