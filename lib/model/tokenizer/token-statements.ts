import { readCheckpointJson } from "./checkpoint-json.js";
import type { TokenizerClass } from "./tokenizer-class.js";
import {
  addedTokensFileSchema,
  specialTokensMapSchema,
  statedTokenSchema,
  withDefaults,
  type SpecialTokensMap,
  type StatedToken,
  type TokenFlags,
  type TokenizerConfig,
  ROLE_NAMES,
  type RoleName,
} from "./tokenizer-json.js";

/**
 * Which tokens are special: what the files of a checkpoint say, in the order of precedence of the transformers library.
 *
 * 1. **Added tokens** (matched in the text before everything else; numbered by `AddedVocabulary`): those of `tokenizer.json`, in its
 *    order; then, by their stated ids, those of `added_tokens_decoder` in `tokenizer_config.json`, whose flags replace the former's.
 *    Where there is no `added_tokens_decoder` at all, `added_tokens.json` is read in its place (special where a token below is so
 *    named), though `tokenizer.json` goes before it for an id that both have.
 * 2. **Tokens with a role** (`bos_token`, …): `tokenizer_config.json`. Where there is no `added_tokens_decoder`, all that
 *    `special_tokens_map.json` says replaces it, null included; where there is one, that file is never opened. What neither
 *    mentions, the tokenizer's class may have by itself (`tokenizer-class.ts`); null means none.
 * 3. **Further special tokens**: the list `additional_special_tokens` (of both files together, under the same condition), named ones in
 *    the mapping `extra_special_tokens` and in `tokenizer_config.json` itself (`image_token`, …: any string whose name ends so).
 * 4. Tokens of 2 and 3 that are no added tokens yet become special ones, in this order: `ROLE_NAMES`, the list, the named ones. Those
 *    that the vocabulary lacks get ids behind all others.
 *
 * An explicit `null` is a value: it is never filled in from another place.
 *
 * Source: transformers 4.57.6, `PreTrainedTokenizerBase._from_pretrained` (tokenization_utils_base.py), `PreTrainedTokenizerFast.__init__`
 * (tokenization_utils_fast.py). Where version 5 (5.24.0, `_from_pretrained`, `TokenizersBackend.__init__`) differs:
 * - `extra_special_tokens` as a list, which 4 cannot load, is read as 5 reads it: in the place of `additional_special_tokens`, unless
 *   it is empty. Names such as `image_token` outside a mapping, which 4 does not look at, are special as in 5.
 * - Its classes for Llama, Gemma and Qwen 2 build a tokenizer of their own from the vocabulary, and read nothing else of
 *   `tokenizer.json` when there is an `added_tokens_decoder`; it takes no flags `add_bos_token` beside a `tokenizer.json`; and of two lists of
 *   additional tokens it drops one. Here `tokenizer.json` and the flags hold, as in 4.
 * - Where a token object gives a known token other flags, 4 follows it and 5 does not: refused (`added-tokens.ts`).
 */
export interface TokenStatements {
  roles: Readonly<Record<RoleName, StatedToken | null>>;
  /** Roles that the files name; the others come from the tokenizer's class. */
  isStated: (role: RoleName) => boolean;
  additional: readonly StatedToken[];
  /** By name, other than `ROLE_NAMES`. */
  named: ReadonlyMap<string, StatedToken>;
  /** Added tokens beside those of `tokenizer.json`, with the ids that the files state. */
  withIds: readonly { id: number; content: string; flags: TokenFlags }[];
  /** Whether `added_tokens_decoder` is there, so that the files from before it are not read. */
  hasDecoder: boolean;
}

/**
 * Reads `special_tokens_map.json` and `added_tokens.json` where they count, and joins them with `tokenizer_config.json`.
 * @throws CheckpointError `CHECKPOINT_INVALID` naming file and field
 */
export async function readTokenStatements(
  checkpointDir: string,
  config: TokenizerConfig,
  tokenizerClass: TokenizerClass,
): Promise<TokenStatements> {
  const decoder = config.added_tokens_decoder;
  const map =
    decoder === undefined
      ? await readCheckpointJson(checkpointDir, "special_tokens_map.json", specialTokensMapSchema)
      : undefined;
  const stated = (role: RoleName): StatedToken | null | undefined => {
    const fromMap = map?.[role];
    if (fromMap === undefined) return config[role];
    return fromMap && { ...fromMap, special: true };
  };
  const roles = Object.fromEntries(
    ROLE_NAMES.map((role) => {
      const token = stated(role) === undefined ? classDefault(tokenizerClass, role) : stated(role);
      if (token == null || token.content === "") return [role, null];
      return [role, tokenizerClass.makesObjects ? { ...token, isObject: true } : token];
    }),
  ) as Record<RoleName, StatedToken | null>;
  const additional = additionalTokens(config, map);
  const named = namedTokens(config, map);
  const withIds =
    decoder === undefined
      ? await readAddedTokensFile(checkpointDir, [...Object.values(roles), ...additional])
      : [...decoder].map(([id, token]) => ({ id, content: token.content, flags: withDefaults(token) }));
  return {
    roles,
    isStated: (role) => stated(role) !== undefined,
    additional,
    named,
    withIds: withIds.sort((a, b) => a.id - b.id),
    hasDecoder: decoder !== undefined,
  };
}

function classDefault({ defaults }: TokenizerClass, role: RoleName): StatedToken | null {
  const content = defaults[role];
  return content === undefined ? null : { content, special: true };
}

function additionalTokens(config: TokenizerConfig, map: SpecialTokensMap | undefined): StatedToken[] {
  const own = config.additional_special_tokens ?? [];
  const lists = [config.extra_special_tokens, map?.extra_special_tokens].filter((extra) =>
    Array.isArray(extra),
  );
  if (lists.length === 0) return [...own, ...special(map?.additional_special_tokens ?? [])];
  const extra = Array.isArray(config.extra_special_tokens) ? config.extra_special_tokens : [];
  const further = Array.isArray(map?.extra_special_tokens) ? map.extra_special_tokens : [];
  return [...(extra.length > 0 ? extra : own), ...special(further)];
}

/** Tokens of special_tokens_map.json are special whatever their objects say. */
function special(tokens: readonly StatedToken[]): StatedToken[] {
  return tokens.map((token) => ({ ...token, special: true }));
}

function namedTokens(config: TokenizerConfig, map: SpecialTokensMap | undefined): Map<string, StatedToken> {
  const named = new Map<string, StatedToken>();
  const add = (name: string, token: StatedToken): void => {
    if (token.content !== "" && !ROLE_NAMES.some((role) => role === name)) named.set(name, token);
  };
  for (const [name, value] of Object.entries(config)) {
    if (!name.endsWith("_token") || (typeof value !== "string" && !isTypedObject(value))) continue;
    const token = statedTokenSchema.safeParse(value);
    if (token.success) add(name, token.data);
  }
  for (const extra of [config.extra_special_tokens, map?.extra_special_tokens]) {
    if (extra == null || Array.isArray(extra)) continue;
    for (const [name, token] of Object.entries(extra)) add(name, token);
  }
  return named;
}

/** An object that says it is a token: others under a name that is no role are something else. */
function isTypedObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && "__type" in value && value.__type === "AddedToken";
}

/** The tokens of `added_tokens.json`: looked for in the raw text where they are special, else in the normalized one. */
async function readAddedTokensFile(
  checkpointDir: string,
  specialTokens: readonly (StatedToken | null)[],
): Promise<{ id: number; content: string; flags: TokenFlags }[]> {
  const file = await readCheckpointJson(checkpointDir, "added_tokens.json", addedTokensFileSchema);
  const special = new Set(specialTokens.map((token) => token?.content));
  return [...(file ?? [])].map(([content, id]) => ({
    id,
    content,
    flags: withDefaults({ special: special.has(content) }),
  }));
}
