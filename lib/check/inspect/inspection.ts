import type { F16Losses } from "../../formats/floats/f16-losses.js";
import type { WeightsRecord } from "../../model/folder/reward-json.js";
import type { PromptDescription } from "./describe-prompt.js";

/** What `inspect` finds out about a path. */
export interface Inspection {
  kind: "model-folder" | "gguf" | "checkpoint";
  path: string;
  name: string;
  architecture: string;
  hiddenSize: number | null;
  layerCount: number | null;
  vocabSize: number | null;
  contextLength: number | null;
  /** Backbone files, by type. */
  backbones: readonly BackboneFile[];
  /** How many of the checkpoint's weights f16 does not hold as they are; null where nobody counted. */
  f16Losses: F16Losses | null;
  /** Null: there is no head, so nothing can be scored. */
  head: HeadFound | null;
  profile: string | null;
  /** What a model folder was made from: the checkpoint, or an adapter and then its base. Empty for anything else. */
  sources: readonly SourceFound[];
  prompt: PromptDescription | null;
  /** What was assumed because neither the checkpoint nor a profile says it. */
  assumptions: readonly string[];
  /** What the user should know. */
  notes: readonly string[];
  /** One sentence: can this be scored, and if not, what to do. */
  verdict: string;
}

/** A backbone file that `reward.json` names, or the GGUF file itself. */
export interface BackboneFile {
  type: string;
  file: string;
  sizeBytes: number;
  isDefault: boolean;
  isPresent: boolean;
  /** How records decided about its rounding (`quantize --imatrix`, `--max-error`); null where they did not. */
  fitted: NonNullable<WeightsRecord["fitted"]> | null;
}

/** A checkpoint that a model folder was made from. */
export interface SourceFound {
  /** What it is to the model: the checkpoint itself, the base under an adapter, the reference beside a DPO policy. */
  role: "checkpoint" | "base" | "reference";
  name: string;
  revision: string | null;
  files: readonly { file: string; sha256: string }[];
}

/** The head of a model folder or checkpoint. */
export interface HeadFound {
  kind: string;
  description: string;
  task: "score" | "compare" | "steps";
  attributes: readonly string[];
}
