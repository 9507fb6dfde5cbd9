import { z } from "zod";
import type { HeadCandidates, HeadDefinition, HeadUsage } from "./head.js";
import {
  expectOutputs,
  linearStackSchema,
  readStack,
  stackTensorNames,
  type LinearLayer,
} from "./linear-stack.js";
import { createNetworks, NetworkHead } from "./network-head.js";

/** Section of `reward.json` of a head that is a stack of linear layers ending in one number. */
export interface ScalarHeadSpec<Kind extends string = string> {
  kind: Kind;
  /** Tensor names, from the hidden state to the reward; ReLU after each layer but the last. */
  layers: LinearLayer[];
}

/** What tells one scalar head from another: the names of its tensors, and how its model is used. */
export interface ScalarHeadOptions<Kind extends string> {
  kind: Kind;
  description: string;
  usage: HeadUsage;
  /** The layers' tensor names, or an empty list when the tensors are not this head's. @throws HEAD_INVALID */
  findLayers(candidates: HeadCandidates): LinearLayer[];
}

/**
 * Heads of the form Linear → ReLU → … → Linear → reward, one or more layers. GRM's value head, INF-ORM's two-layer score
 * and single-row heads are all this function under other tensor names. Source: RewardBench `rewardbench/models`
 * (`grm.py`, `inform.py`, `openbmb.py`, `starling.py`), `*ForSequenceClassification` of transformers.
 */
export function scalarHead<const Kind extends string>(
  options: ScalarHeadOptions<Kind>,
): HeadDefinition<ScalarHeadSpec<Kind>> {
  return {
    kind: options.kind,
    description: options.description,
    usage: options.usage,
    task: "score",
    schema: z.strictObject({ kind: z.literal(options.kind), layers: linearStackSchema }),
    detect(candidates) {
      const layers = options.findLayers(candidates);
      if (layers.length === 0) return undefined;
      expectOutputs(candidates.tensors, layers, candidates.hiddenSize, 1);
      return { kind: options.kind, layers };
    },
    tensorNames: (spec) => stackTensorNames(spec.layers),
    async load(spec, tensors, hiddenSize, runtime) {
      expectOutputs(tensors.tensors, spec.layers, hiddenSize, 1);
      const stack = await readStack(tensors, spec.layers, hiddenSize, "relu");
      const [network] = await createNetworks(runtime, [stack]);
      return new NetworkHead([network], async (inputs) => {
        const outputs = await network.forward(inputs.map((input) => input.scored));
        return outputs.map(([reward]) => ({ reward: reward ?? NaN }));
      });
    },
  };
}
