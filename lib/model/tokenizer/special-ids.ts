import type { GgufValue } from "../../formats/gguf/gguf-value.js";
import { invalidField } from "./checkpoint-json.js";
import { tokenIdOf, type LoadedTokenizer } from "./loaded-tokenizer.js";
import type { TokenStatements } from "./token-statements.js";
import { configTokensSchema, type ConfigTokens } from "./tokenizer-json.js";
import { firstProblem } from "../../util/zod-problems.js";

/** Ids of the tokens with a role; null for those the model has not. */
export interface SpecialIds {
  bos: number | null;
  eos: number | null;
  unk: number | null;
  pad: number | null;
}

const GGUF_KEYS = {
  bos: "tokenizer.ggml.bos_token_id",
  eos: "tokenizer.ggml.eos_token_id",
  unk: "tokenizer.ggml.unknown_token_id",
  pad: "tokenizer.ggml.padding_token_id",
} as const satisfies Record<keyof SpecialIds, string>;

/**
 * BOS and EOS as the tokenizer has them, else as `config.json` says. The padding id is the other way round: published
 * classes find the scored position with `config.pad_token_id`.
 * @throws CheckpointError `CHECKPOINT_INVALID` when `config.json` has something else than ids.
 */
export function readSpecialIds(
  config: Readonly<Record<string, unknown>>,
  { roles }: TokenStatements,
  { vocab, added }: LoadedTokenizer,
): SpecialIds {
  const parsed = configTokensSchema.safeParse(config);
  if (!parsed.success) {
    const { field } = firstProblem(parsed.error, "token ids");
    throw invalidField("config.json", field, "expected a token id");
  }
  const { bos_token_id: bos, eos_token_id: eos, pad_token_id: pad } = parsed.data;
  return {
    bos: tokenIdOf(roles.bos_token?.content, vocab, added) ?? firstId(bos),
    eos: tokenIdOf(roles.eos_token?.content, vocab, added) ?? firstId(eos),
    unk: tokenIdOf(roles.unk_token?.content, vocab, added),
    pad: firstId(pad) ?? tokenIdOf(roles.pad_token?.content, vocab, added),
  };
}

/** Some configurations list several ids, the main one first; −1 stands for none. */
function firstId(value: ConfigTokens["bos_token_id"]): number | null {
  const id = Array.isArray(value) ? value[0] : value;
  return id != null && id >= 0 ? id : null;
}

/** The ids as GGUF metadata. */
export function specialIdEntries(ids: SpecialIds): [key: string, value: GgufValue][] {
  return (Object.keys(GGUF_KEYS) as (keyof SpecialIds)[]).flatMap((name): [string, GgufValue][] => {
    const id = ids[name];
    return id === null ? [] : [[GGUF_KEYS[name], { type: "u32", value: id }]];
  });
}

/**
 * The special tokens' texts, under the names that templates use.
 * Source: transformers 5.24.0, `PreTrainedTokenizerBase.special_tokens_map`, which `apply_chat_template` passes on; 4.57.6 has no names
 * of models among them unless `extra_special_tokens` maps them.
 */
export function templateVariables({ roles, named }: TokenStatements): Record<string, string> {
  return Object.fromEntries(
    [...Object.entries(roles), ...named].flatMap(([name, token]) =>
      token === null ? [] : [[name, token.content]],
    ),
  );
}
