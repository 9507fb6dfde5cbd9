import { z } from "zod";
import { invalidField, unsupported } from "./checkpoint-json.js";
import type { TokenStatements } from "./token-statements.js";
import type { TokenizerClass } from "./tokenizer-class.js";
import { componentSchema, type Component, type TokenizerConfig } from "./tokenizer-json.js";
import { firstProblem } from "../../util/zod-problems.js";

/** Token ids added in front of and behind a text. */
export interface Additions {
  prefix: readonly number[];
  suffix: readonly number[];
}

const sequence = z.object({ processors: z.array(componentSchema) });
const template = z.object({
  single: z.array(
    z.union([
      z.object({ SpecialToken: z.object({ id: z.string() }) }),
      z.object({ Sequence: z.object({ id: z.literal("A") }) }),
    ]),
  ),
  special_tokens: z.record(z.string(), z.object({ ids: z.array(z.int().nonnegative()) })),
});
const pair = z.tuple([z.string(), z.int().nonnegative()]);
const bert = z.object({ cls: pair, sep: pair });

/**
 * What the tokenizer adds when it is asked for its special tokens: from the class's flags where they rule, else from
 * the post-processor.
 * @throws CheckpointError `CHECKPOINT_INVALID`, `CHECKPOINT_UNSUPPORTED`
 */
export function readAdditions(
  postProcessor: Component | null | undefined,
  config: TokenizerConfig,
  { addsBos }: TokenizerClass,
  { roles }: TokenStatements,
  idOf: (text: string | null | undefined) => number | null,
  file: string,
): Additions {
  if (addsBos !== undefined || postProcessor === undefined) {
    const bos = config.add_bos_token ?? addsBos ?? false;
    const eos = config.add_eos_token ?? false;
    return {
      prefix: bos ? [requireToken(idOf(roles.bos_token?.content), "add_bos_token", "bos_token")] : [],
      suffix: eos ? [requireToken(idOf(roles.eos_token?.content), "add_eos_token", "eos_token")] : [],
    };
  }
  return postProcessor === null ? { prefix: [], suffix: [] } : additionsOf(postProcessor, file);
}

function requireToken(id: number | null, flag: string, token: string): number {
  if (id !== null) return id;
  throw invalidField(
    "tokenizer_config.json",
    token,
    `${flag} is set but this token is not in the vocabulary`,
  );
}

function additionsOf(component: Component, file: string): Additions {
  switch (component.type) {
    case "ByteLevel": // Only moves offsets.
      return { prefix: [], suffix: [] };
    case "Sequence": {
      const parts = read(sequence, component, file).processors.map((part) => additionsOf(part, file));
      return {
        // Each processor wraps what the ones before it made.
        prefix: parts.reduceRight<number[]>((ids, part) => [...ids, ...part.prefix], []),
        suffix: parts.flatMap((part) => part.suffix),
      };
    }
    case "TemplateProcessing":
      return templateAdditions(component, file);
    case "BertProcessing":
    case "RobertaProcessing": {
      const { cls, sep } = read(bert, component, file);
      return { prefix: [cls[1]], suffix: [sep[1]] };
    }
    default:
      throw unsupported(`${file}: post_processor: ${component.type} is not known.`, { component });
  }
}

function templateAdditions(component: Component, file: string): Additions {
  const { single, special_tokens: specialTokens } = read(template, component, file);
  const textAt = single.findIndex((piece) => "Sequence" in piece);
  const ids = single.map((piece): readonly number[] => {
    if ("Sequence" in piece) return [];
    const { id } = piece.SpecialToken;
    const known = Object.hasOwn(specialTokens, id) ? specialTokens[id] : undefined;
    if (known === undefined) throw invalidField(file, "post_processor.special_tokens", `${id} is missing`);
    return known.ids;
  });
  if (textAt < 0 || single.filter((piece) => "Sequence" in piece).length !== 1) {
    throw invalidField(file, "post_processor.single", "expected the text exactly once");
  }
  return { prefix: ids.slice(0, textAt).flat(), suffix: ids.slice(textAt).flat() };
}

function read<T>(schema: z.ZodType<T>, component: Component, file: string): T {
  const parsed = schema.safeParse(component);
  if (parsed.success) return parsed.data;
  const { field, fault } = firstProblem(parsed.error, "type");
  throw invalidField(file, `post_processor.${field}`, fault);
}
