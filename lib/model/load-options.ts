import { BACKBONE_TYPES, type BackboneType } from "./architecture/backbone-type.js";
import { z } from "zod";
import { InvalidArgumentError } from "../errors.js";
import { AGGREGATES, type Aggregate } from "../score/conversation/aggregate.js";
import type { Progress } from "../score/score.js";
import { zodProblems } from "../util/zod-problems.js";

/** Options of `RewardModel.load`. */
export interface LoadOptions {
  /** Which of the folder's backbone files. Default: the one `reward.json` names. */
  type?: BackboneType | undefined;
  /**
   * Where the backbone runs. `auto`: the best GPU with a backend installed, else the CPU; `cpu`; `cuda`, `metal`, `vulkan`; one
   * GPU of those by number, `cuda:1`, or by its name in `llama-reward devices`, `CUDA1`; several with commas. Of several GPUs
   * as many are used as it takes to hold the model.
   */
  device?: string | undefined;
  /** Layers of the backbone on the GPU. `auto`: as many as fit; a number is tried as it is, and refused when memory is short. */
  gpuLayers?: number | "auto" | undefined;
  /** CPU threads. Default: the physical cores. */
  threads?: number | undefined;
  /** Longest prompt in tokens, and the cells of the KV cache. Default: by the model and the free memory. */
  contextLength?: number | undefined;
  /**
   * Element type of the KV cache. `f32` is the most exact, `f16` takes half the memory. Default: `f32` on a CPU,
   * `f16` with layers on a GPU.
   */
  kvType?: "f32" | "f16" | undefined;
  /**
   * Who computes products and attention when the whole backbone is on the CPU. `auto`: the addon's own kernels, whatever the type
   * of the weights, on processors with AVX2, AVX-512 or AMX; `off`: llama.cpp's, which round activations to the weights' type.
   */
  prefill?: "auto" | "off" | undefined;
  /**
   * What those kernels multiply. `exact`, the default: float32 numbers, or sums of bfloat16 parts that come to about the same. `fast`:
   * numbers rounded to bfloat16, summed in float32, as a bfloat16 run of the published model does; for processors with AMX, and AMD's with
   * AVX512-BF16. Elsewhere `fast` means `exact`, and `description.settings.precision` says so.
   */
  precision?: "exact" | "fast" | undefined;
  /** `reference`: as many BOS tokens as the published usage has; `once`; `none`. */
  bos?: "reference" | "once" | "none" | undefined;
  /** Whether special tokens spelled in a message count as such (as in the published usage) or stay text. */
  specialTokens?: "parse" | "literal" | undefined;
  /** What to do with a conversation longer than the context. */
  truncate?: "error" | "left" | "right" | undefined;
  /** Process reward models: how the rewards of an answer's steps become one. Default: the model's own way. */
  aggregate?: Aggregate | undefined;
  /**
   * Whether the files and `reward.json` itself are compared with their recorded checksums (default true). That reads every file
   * once, and is remembered as long as it does not change. `false` is for who knows better: a model folder edited by hand, say.
   * What would crash llama.cpp is refused all the same.
   */
  check?: boolean | undefined;
  /** Phases `check`, in bytes, and `load`, from 0 to 1. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Cancels loading; the call rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
}

/** What every option may be. */
export const loadOptionsSchema = z.strictObject({
  type: z.enum(BACKBONE_TYPES).optional(),
  device: z.string().optional(),
  gpuLayers: z.union([z.literal("auto"), z.int().min(0).max(10_000)]).optional(),
  threads: z.int().min(1).max(512).optional(),
  contextLength: z.int().min(1).max(16_777_216).optional(),
  kvType: z.enum(["f32", "f16"]).optional(),
  prefill: z.enum(["auto", "off"]).optional(),
  precision: z.enum(["exact", "fast"]).optional(),
  bos: z.enum(["reference", "once", "none"]).optional(),
  specialTokens: z.enum(["parse", "literal"]).optional(),
  truncate: z.enum(["error", "left", "right"]).optional(),
  aggregate: z.enum(AGGREGATES).optional(),
  check: z.boolean().optional(),
  onProgress: z.custom((value) => typeof value === "function").optional(),
  signal: z.instanceof(AbortSignal).optional(),
});

/** @throws InvalidArgumentError for a wrong value or an unknown option name */
export function checkLoadOptions(options: LoadOptions): LoadOptions {
  const result = loadOptionsSchema.safeParse(options);
  if (result.success) return options;
  const problems = zodProblems(result.error, "options");
  throw new InvalidArgumentError(`RewardModel.load cannot use these options. ${problems.join("; ")}.`, {
    details: { problems },
  });
}
