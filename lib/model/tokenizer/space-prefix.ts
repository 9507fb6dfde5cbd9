import type { SpacePrefix } from "../../score/template/prompt-spec.js";
import { z } from "zod";
import { unsupported } from "./checkpoint-json.js";
import type { Merge } from "./merges.js";
import { SPACE_MARK, type Normalization } from "./normalizer.js";
import { componentSchema, type Component } from "./tokenizer-json.js";

const metaspace = z.object({
  replacement: z.literal(SPACE_MARK),
  prepend_scheme: z.enum(["always", "first", "never"]).optional(),
  /** Before tokenizers 0.15 instead of `prepend_scheme`. */
  add_prefix_space: z.boolean().optional(),
  split: z.boolean().default(true),
});
const splitAtSpace = z.object({ pattern: z.object({ String: z.literal(" ") }) });
const sequence = z.object({ pretokenizers: z.array(componentSchema) });

/**
 * Who puts the space in front of a text, from the normalizer and the pre-tokenizer together.
 * Source: tokenizers 0.20, `pre_tokenizers/metaspace.rs`: unlike the Prepend normalizer it adds none where one is.
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED`
 */
export function readSpacePrefix(
  normalization: Normalization,
  preTokenizer: Component | null | undefined,
  merges: readonly Merge[],
): SpacePrefix {
  let prefix: SpacePrefix = normalization.prepends ? "native" : "none";
  let { marksSpaces } = normalization;
  for (const part of flatten(preTokenizer)) {
    // Splitting at spaces that the normalizer has already marked splits nothing.
    if (part.type === "Split" && marksSpaces && splitAtSpace.safeParse(part).success) continue;
    const parsed = part.type === "Metaspace" ? metaspace.safeParse(part) : undefined;
    if (parsed?.success !== true) throw reject(part);
    const { prepend_scheme: scheme, add_prefix_space: legacy, split } = parsed.data;
    marksSpaces = true;
    const when = scheme ?? (legacy === false ? "never" : "always");
    // After the Prepend normalizer every stretch already begins with the mark.
    if (when !== "never" && prefix === "none") prefix = when === "first" ? "first" : "each";
    if (split) checkNoTokenCrossesSpaces(merges, part);
  }
  if (marksSpaces) return prefix;
  throw unsupported(
    "tokenizer.json: the tokenizer is neither byte-level nor SentencePiece-style: nothing marks the spaces.",
  );
}

/** llama.cpp does not split at spaces, which only matters when a token goes across one. */
function checkNoTokenCrossesSpaces(merges: readonly Merge[], component: Component): void {
  const crossing = merges.find(([left, right]) => (left + right).includes(SPACE_MARK, 1));
  if (crossing === undefined) return;
  throw unsupported(
    `tokenizer.json: Metaspace splits at every space but the merge ${JSON.stringify(crossing)} goes across one; llama.cpp would use it.`,
    { component },
  );
}

function flatten(component: Component | null | undefined): Component[] {
  if (component == null) return [];
  if (component.type !== "Sequence") return [component];
  const parsed = sequence.safeParse(component);
  if (!parsed.success) throw reject(component);
  return parsed.data.pretokenizers.flatMap(flatten);
}

function reject(component: Component): Error {
  return unsupported(
    `tokenizer.json: the pre-tokenizer ${JSON.stringify(component)} has no counterpart in llama.cpp's SentencePiece tokenizer.`,
    { component },
  );
}
