import { z } from "zod";
import { HeadLoadError } from "../../errors.js";
import type { HeadCandidates, HeadDefinition, HeadResult } from "./head.js";
import { expectShape, readScalar } from "./head-tensors.js";
import {
  expectOutputs,
  linearLayerSchema,
  readStack,
  stackTensorNames,
  type LinearLayer,
} from "./linear-stack.js";
import { createNetworks, NetworkHead } from "./network-head.js";

/** A number of `config.json`, or the tensor that holds it. */
const statistic = z.union([z.number(), z.string()]);

const schema = z.strictObject({
  kind: z.literal("safe-rlhf"),
  score: linearLayerSchema,
  /** `cost`: the number is the higher the more harmful the answer is. */
  type: z.enum(["reward", "cost"]),
  /** Whether the row's number is normalized. */
  isNormalized: z.boolean(),
  mean: statistic,
  variance: statistic,
});
type SafeRlhfSpec = z.infer<typeof schema>;

const ROW = "score_head.weight";
const BIAS = "score_head.bias";
/** Buffers of the normalizer, by the key of `config.json` that gives the value where they are missing, and the class's own value. */
const BUFFERS = {
  mean: { tensor: "normalizer.mean", otherwise: 0 },
  var: { tensor: "normalizer.var", otherwise: 1 },
};
/** Keeps the division finite. */
const EPSILON = 1e-8;

/**
 * The Beaver reward and cost models, and whatever else PKU's safe-rlhf trained: one row at the last token, then, where the config
 * asks, `(s − μ) / (√σ² + ε)` for a reward, `s / (√σ² + ε)` for a cost. A cost is given as its negative, so that the better answer has
 * the higher reward, as RewardBench ranks with them.
 * Source: RewardBench 0.1.4 `rewardbench/models/beaver.py` (`ScoreModelMixin`, `Normalizer`, `BeaverCostPipeline`), which restates
 * safe-rlhf's `models/score_model`; model cards of PKU-Alignment/beaver-7b-v1.0-reward and -cost.
 */
export const safeRlhfHead: HeadDefinition<SafeRlhfSpec> = {
  kind: "safe-rlhf",
  description: "score head of one linear row at the last token, normalized where the config asks (safe-rlhf)",
  usage: { addSpecialTokens: true, position: "last" },
  task: "score",
  schema,
  detect(candidates) {
    const { tensors, hiddenSize, config } = candidates;
    if (!tensors.has(ROW)) return undefined;
    const score = scoreLayer(candidates);
    expectOutputs(tensors, [score], hiddenSize, 1);
    return {
      kind: "safe-rlhf",
      score,
      type: scoreType(config),
      isNormalized: config["do_normalize"] === true,
      mean: statisticOf(candidates, "mean"),
      variance: statisticOf(candidates, "var"),
    };
  },
  summary: ({ type }) =>
    type === "reward"
      ? {}
      : {
          attributeNames: ["cost"],
          assumptions: [
            "A cost model: the reward is the negative of its cost, which stands beside it as an attribute.",
          ],
        },
  tensorNames: ({ score, mean, variance }) => [
    ...stackTensorNames([score]),
    ...[mean, variance].filter((value) => typeof value === "string"),
  ],
  async load(spec, tensors, hiddenSize, runtime) {
    expectOutputs(tensors.tensors, [spec.score], hiddenSize, 1);
    const read = (value: string | number): Promise<number> | number =>
      typeof value === "number" ? value : readScalar(tensors, value);
    const normalize = normalizer(spec, await read(spec.mean), await read(spec.variance));
    const [network] = await createNetworks(runtime, [
      await readStack(tensors, [spec.score], hiddenSize, "relu"),
    ]);
    return new NetworkHead([network], async (inputs) => {
      const outputs = await network.forward(inputs.map((input) => input.scored));
      return outputs.map(([row = NaN]) => result(spec.type, normalize(row)));
    });
  },
};

/** Numbers in float64. */
function normalizer(
  { type, isNormalized }: SafeRlhfSpec,
  mean: number,
  variance: number,
): (row: number) => number {
  if (variance < 0) {
    throw new HeadLoadError(
      "HEAD_INVALID",
      `The head's variance is ${variance}, expected no less than 0. Get a complete copy of the checkpoint and convert it again.`,
    );
  }
  if (!isNormalized) return (row) => row;
  const shift = type === "reward" ? mean : 0;
  return (row) => (row - shift) / (Math.sqrt(variance) + EPSILON);
}

function result(type: SafeRlhfSpec["type"], value: number): HeadResult {
  return type === "reward" ? { reward: value } : { reward: -value, attributes: { cost: { mean: value } } };
}

/** The class has a bias if the config says so, whatever is stored. @throws HeadLoadError `HEAD_INVALID` where the two disagree */
function scoreLayer({ tensors, config }: HeadCandidates): LinearLayer {
  const isStored = tensors.has(BIAS);
  if (isStored === (config["bias"] === true)) return isStored ? { weight: ROW, bias: BIAS } : { weight: ROW };
  throw new HeadLoadError(
    "HEAD_INVALID",
    `The checkpoint ${isStored ? "has" : "lacks"} ${BIAS}, but "bias" of config.json is ${JSON.stringify(config["bias"])}: ` +
      "they are not of one model. Download both again.",
  );
}

function scoreType({ score_type: type = "reward" }: HeadCandidates["config"]): SafeRlhfSpec["type"] {
  if (type === "reward" || type === "cost") return type;
  throw new HeadLoadError(
    "HEAD_INVALID",
    `This is a safe-rlhf model of score_type ${JSON.stringify(type)}, expected "reward" or "cost": a critic values the tokens of an ` +
      "answer while that is written, which is no reward.",
    { details: { type } },
  );
}

/** What is stored goes before the config, since loading weights comes after making the class. */
function statisticOf({ tensors, config }: HeadCandidates, key: keyof typeof BUFFERS): string | number {
  const { tensor, otherwise } = BUFFERS[key];
  if (tensors.has(tensor)) {
    expectShape(tensors, tensor, [1]);
    return tensor;
  }
  const listed: unknown = config[key] ?? [otherwise];
  const [value, ...others] = Array.isArray(listed) ? (listed as unknown[]) : [];
  if (typeof value === "number" && Number.isFinite(value) && others.length === 0) return value;
  throw new HeadLoadError(
    "HEAD_INVALID",
    `Expected a list of one number for ${key} of config.json but received ${JSON.stringify(config[key])}. Download config.json again.`,
  );
}
