import path from "node:path";
import type { AdapterConfig } from "./adapter-config.js";
import type { AdaptedFiles } from "./adapt-checkpoint.js";

/** Whole tensors that are named one by one. */
const NAMED = 4;

/** What users should know about a model that was merged. */
export function adapterNotes(
  config: AdapterConfig,
  { merged, whole, unused }: Pick<AdaptedFiles, "merged" | "whole" | "unused">,
  { base, hasTokenizer }: { base: string; hasTokenizer: boolean },
): string[] {
  const kind = config.use_dora === true ? "DoRA" : "LoRA";
  const named = config.base_model_name_or_path ?? "";
  const trained =
    whole.slice(0, NAMED).join(", ") + (whole.length > NAMED ? ` and ${whole.length - NAMED} more` : "");
  const isOther = named !== "" && path.basename(named) !== path.basename(path.resolve(base));
  return [
    `A ${kind} adapter, merged into its base: ${merged.length} matrices changed` +
      `${whole.length === 0 ? "" : `, trained in full: ${trained}`}.`,
    ...(isOther ? [`adapter_config.json names ${named} as the base; given was ${base}.`] : []),
    `Tokenizer and chat template are those of the ${hasTokenizer ? "adapter's folder" : "base"}.`,
    ...unused.map((module) => `The adapter's changes of ${module} are left out: no reward depends on it.`),
  ];
}
