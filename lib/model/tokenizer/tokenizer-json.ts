import { z } from "zod";

/** Longest token list accepted: larger than any published vocabulary, small enough to allocate. */
const MAX_TOKEN_ID = 4_000_000;

const tokenId = z.int().nonnegative().max(MAX_TOKEN_ID);

const addedToken = z.object({
  id: tokenId,
  content: z.string().min(1),
  special: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  single_word: z.boolean().default(false),
  normalized: z.boolean().default(true),
});

/** A token matched in the raw text before everything else. Source: tokenizers, `AddedToken`. */
export type AddedToken = z.infer<typeof addedToken>;

/** A normalizer, pre-tokenizer or post-processor: which, and its settings. Read further by the module that needs it. */
export const componentSchema = z.looseObject({ type: z.string() });
export type Component = z.infer<typeof componentSchema>;

/**
 * Ids by token text. A map, since a vocabulary may hold `constructor` or `__proto__`, which an object takes for its own.
 */
export type Vocab = ReadonlyMap<string, number>;

/** A vocabulary: ids by token text. */
export const vocabSchema = z
  .custom<Readonly<Record<string, unknown>>>((value) => typeof value === "object" && value !== null)
  .transform((object, context): Vocab => {
    const map = new Map<string, number>();
    for (const [text, id] of Object.entries(object)) {
      const parsed = tokenId.safeParse(id);
      if (parsed.success) map.set(text, parsed.data);
      else context.addIssue({ code: "custom", message: `token ${JSON.stringify(text)} has no valid id` });
    }
    return map;
  });

const bpeModel = z.object({
  // Files written before tokenizers 0.9 leave the type out; only BPE files were written so.
  type: z.literal("BPE").default("BPE"),
  vocab: vocabSchema,
  /** Pairs, or in files written before tokenizers 0.20, both halves in one string with a space between. */
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
  byte_fallback: z.boolean().default(false),
  ignore_merges: z.boolean().default(false),
});
export type BpeModel = z.infer<typeof bpeModel>;

const otherModel = z.looseObject({ type: z.enum(["Unigram", "WordPiece", "WordLevel"]) });

/**
 * `tokenizer.json` of the Hugging Face tokenizers library, as far as this package reads it.
 * Source: tokenizers 0.20, `tokenizers/src/tokenizer/serialization.rs` and the components' own serializations.
 */
export const tokenizerJsonSchema = z.object({
  added_tokens: z.array(addedToken).default([]),
  normalizer: componentSchema.nullish(),
  pre_tokenizer: componentSchema.nullish(),
  post_processor: componentSchema.nullish(),
  model: z.union([otherModel, bpeModel]),
});
export type TokenizerJson = z.infer<typeof tokenizerJsonSchema>;

/** How a token is matched. */
export type TokenFlags = Omit<AddedToken, "id" | "content">;

/** Flags as far as a file states them. */
type StatedFlags = { readonly [Flag in keyof TokenFlags]?: TokenFlags[Flag] | undefined };

/** A token as a configuration names it. */
export interface StatedToken extends StatedFlags {
  content: string;
  /** Given as an object with flags, not as a string. */
  isObject?: boolean;
}

/** The flags of a named token. Source: tokenizers, `AddedToken` of the Python bindings: a special token is not normalized. */
export function withDefaults(token: StatedFlags): TokenFlags {
  const { special = false, lstrip = false, rstrip = false, single_word = false } = token;
  return { special, lstrip, rstrip, single_word, normalized: token.normalized ?? !special };
}

const flag = z.boolean().optional();
const tokenObject = z.object({
  content: z.string(),
  special: flag,
  lstrip: flag,
  rstrip: flag,
  single_word: flag,
  normalized: flag,
});

/** A token named by its text, or by an object with its flags. */
export const statedTokenSchema = z.union([
  z.string().transform((content): StatedToken => ({ content, special: true })),
  tokenObject.transform((token): StatedToken => ({ ...token, isObject: true })),
]);
const statedTokens = z.array(statedTokenSchema);

const roleTokens = {
  bos_token: statedTokenSchema.nullish(),
  eos_token: statedTokenSchema.nullish(),
  unk_token: statedTokenSchema.nullish(),
  pad_token: statedTokenSchema.nullish(),
  sep_token: statedTokenSchema.nullish(),
  cls_token: statedTokenSchema.nullish(),
  mask_token: statedTokenSchema.nullish(),
  additional_special_tokens: statedTokens.nullish(),
  /** Version 5 of transformers: a list in the place of `additional_special_tokens`. Either: tokens by name. */
  extra_special_tokens: z.union([statedTokens, z.record(z.string(), statedTokenSchema)]).nullish(),
};

/** `special_tokens_map.json`, as far as this package reads it. */
export const specialTokensMapSchema = z.looseObject(roleTokens);
export type SpecialTokensMap = z.infer<typeof specialTokensMapSchema>;

/** `tokenizer_config.json`, as far as this package reads it. */
export const tokenizerConfigSchema = z.looseObject({
  tokenizer_class: z.string().nullish(),
  add_bos_token: z.boolean().nullish(),
  add_eos_token: z.boolean().nullish(),
  /** LlamaTokenizer: whether the behaviour before transformers 4.31 is kept. */
  legacy: z.boolean().nullish(),
  add_prefix_space: z.boolean().nullish(),
  /** Whether special tokens spelled in a text are read as plain text, those of the template too. */
  split_special_tokens: z.boolean().nullish(),
  ...roleTokens,
  added_tokens_decoder: z
    .record(z.string().regex(/^\d+$/), tokenObject.extend({ content: z.string().min(1) }))
    .transform((tokens) => new Map(Object.entries(tokens).map(([id, token]) => [Number(id), token])))
    .optional(),
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish(),
});
export type TokenizerConfig = z.infer<typeof tokenizerConfigSchema>;

const configTokenId = z.union([z.int(), z.array(z.int())]).nullish();

/** `added_tokens.json`: ids of added tokens by text. */
export const addedTokensFileSchema = z
  .record(z.string().min(1), tokenId)
  .transform((ids) => new Map(Object.entries(ids)));

/** The token ids of `config.json`. */
export const configTokensSchema = z.looseObject({
  bos_token_id: configTokenId,
  eos_token_id: configTokenId,
  pad_token_id: configTokenId,
});
export type ConfigTokens = z.infer<typeof configTokensSchema>;

/** Fields that name the token of one role each, in the order in which missing ones are added. */
export const ROLE_NAMES = [
  "bos_token",
  "eos_token",
  "unk_token",
  "sep_token",
  "pad_token",
  "cls_token",
  "mask_token",
] as const;

export type RoleName = (typeof ROLE_NAMES)[number];
