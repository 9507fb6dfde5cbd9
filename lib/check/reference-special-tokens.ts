import { type ListedToken, type Token, Numbering, print } from "./reference-numbering.js";

/** A JSON object whose fields are looked at one by one. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A checkpoint's tokenizer files as they were parsed; undefined where there is no such file. */
export interface TokenizerFiles {
  tokenizer: JsonObject;
  tokenizerConfig: JsonObject | undefined;
  specialTokensMap: JsonObject | undefined;
  addedTokens: JsonObject | undefined;
  /** `config.json`. */
  config: JsonObject | undefined;
}

/** What transformers makes of the files. */
export interface ReferenceSpecialTokens {
  added: ListedToken[];
  /** Special tokens by the names that templates use. */
  variables: Record<string, string>;
  /** Texts of the tokens that the class adds by its flags, where those rule: in front, behind. */
  flags: { prefix: string[]; suffix: string[] } | undefined;
}

const ROLES = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/** Arguments of the tokenizer classes' constructors that have another default than none. */
const CONSTRUCTORS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Llama: { unk_token: "<unk>", bos_token: "<s>", eos_token: "</s>" },
  CodeLlama: { unk_token: "<unk>", bos_token: "<s>", eos_token: "</s>" },
  Gemma: { unk_token: "<unk>", bos_token: "<bos>", eos_token: "<eos>", pad_token: "<pad>" },
  Qwen2: { unk_token: "<|endoftext|>", eos_token: "<|endoftext|>", pad_token: "<|endoftext|>" },
  InternLM2: { unk_token: "<unk>", bos_token: "<s>", eos_token: "</s>", pad_token: "</s>" },
  GPTNeoX: { unk_token: "<|endoftext|>", bos_token: "<|endoftext|>", eos_token: "<|endoftext|>" },
  GPT2: { unk_token: "<|endoftext|>", bos_token: "<|endoftext|>", eos_token: "<|endoftext|>" },
};
/** With what `add_bos_token` is by default. */
const WITH_FLAGS = new Map([
  ["Llama", true],
  ["CodeLlama", true],
  ["Gemma", true],
  ["InternLM2", true],
  ["GPTNeoX", false],
]);
const FAMILY_BY_MODEL_TYPE: Readonly<Record<string, string>> = {
  llama: "Llama",
  mistral: "Llama",
  mixtral: "Llama",
  phi3: "Llama",
  gemma: "Gemma",
  gemma2: "Gemma",
  gemma3: "Gemma",
  gemma3_text: "Gemma",
  qwen2: "Qwen2",
  qwen3: "Qwen2",
  qwen3_moe: "Qwen2",
  gpt_neox: "GPTNeoX",
  olmo2: "GPTNeoX",
  granite: "GPT2",
  internlm2: "InternLM2",
};

/**
 * The special tokens of a checkpoint, read as the transformers library reads them, step by step, without a line of the converter's:
 * whoever compares with these finds what the converter overlooks.
 * Source: transformers 4.57.6, `PreTrainedTokenizerBase._from_pretrained`, `SpecialTokensMixin.__init__`, `PreTrainedTokenizerFast.__init__`,
 * `LlamaTokenizerFast.update_post_processor`; for lists in `extra_special_tokens` and names such as `image_token` 5.24.0,
 * `PreTrainedTokenizerBase.__init__`.
 */
export function referenceSpecialTokens(files: TokenizerFiles): ReferenceSpecialTokens {
  const settings: Record<string, unknown> = { ...files.tokenizerConfig };
  const own = objects(files.tokenizer["added_tokens"]).map((token) => ({
    id: Number(token["id"]),
    ...flagsOf(token),
  }));
  const byId = new Map<number, Token>();
  if ("added_tokens_decoder" in settings) {
    for (const [id, token] of Object.entries(settings["added_tokens_decoder"] as JsonObject)) {
      byId.set(Number(id), flagsOf(token as JsonObject));
    }
  } else {
    mergeMap(settings, files.specialTokensMap ?? {});
    const special = [...ROLES.map((role) => settings[role]), ...additionalTokens(settings)].map(textOf);
    for (const [content, id] of Object.entries(files.addedTokens ?? {})) {
      byId.set(Number(id), flagsOf({ content, special: special.includes(content) }));
    }
    for (const { id, ...token } of own) byId.set(id, token);
  }
  const listed = new Map([...byId.values()].map((token) => [token.content, token]));

  const family = familyOf(files);
  const named = new Map<string, unknown>();
  for (const role of ROLES) {
    const isGiven = role in settings;
    const value = isGiven ? settings[role] : CONSTRUCTORS[family]?.[role];
    const text = textOf(value);
    // The constructor for Qwen 2 makes objects of strings.
    const token = family === "Qwen2" && typeof value === "string" ? { content: text, special: true } : value;
    if (text !== "") named.set(role, (isGiven ? listed.get(text) : undefined) ?? token);
  }
  const modelNames = Object.entries(settings).filter(
    ([name, value]) =>
      name.endsWith("_token") && !ROLES.includes(name) && (typeof value === "string" || isTyped(value)),
  );
  const extra = settings["extra_special_tokens"];
  for (const [name, value] of [...modelNames, ...Object.entries(isMapping(extra) ? extra : {})]) {
    if (textOf(value)) named.set(name, value);
  }

  const vocabulary = new Numbering((files.tokenizer["model"] as JsonObject)["vocab"] as JsonObject);
  own.forEach((token) => {
    vocabulary.add(token);
  });
  const already = new Set(vocabulary.tokens().map(print));
  const decoder = [...byId].sort(([a], [b]) => a - b).map(([, token]) => token);
  for (const token of decoder.filter((one) => !already.has(print(one)))) vocabulary.add(token);
  const roles = ROLES.flatMap((role) => named.get(role) ?? []);
  const others = [...named].filter(([name]) => !ROLES.includes(name)).map(([, value]) => value);
  const seen = new Set<string>();
  for (const group of [
    ...roles.map((role) => [role]),
    additionalTokens(settings),
    ...others.map((one) => [one]),
  ]) {
    for (const value of group.filter((one) => !seen.has(textOf(one)))) {
      if (typeof value === "string" && vocabulary.has(value)) continue;
      const token = typeof value === "string" ? { content: value, special: true } : (value as JsonObject);
      vocabulary.add({ ...flagsOf(token), special: true });
    }
    for (const value of group) seen.add(textOf(value));
  }
  const variables = Object.fromEntries([...named].map(([name, value]) => [name, textOf(value)]));
  return { added: vocabulary.tokens(), variables, flags: flagTexts(settings, family, variables) };
}

/**
 * Legacy: what special_tokens_map.json says replaces the settings; its list of additional tokens joins theirs. In version 5 a list in
 * extra_special_tokens stands in the place of those lists.
 */
function mergeMap(settings: Record<string, unknown>, map: JsonObject): void {
  const special = (value: unknown): unknown => (isMapping(value) ? { ...value, special: true } : value);
  for (const [name, value] of Object.entries(map)) {
    if (name === "additional_special_tokens") settings["of_map"] = list(value).map(special);
    else if (name !== "extra_special_tokens") settings[name] = special(value);
    else if (Array.isArray(value)) {
      settings[name] = [...extraList(settings), ...value.map(special)];
    } else settings[name] = value;
  }
}

/** The list of extra tokens, which version 5 fills from that of additional ones where it is empty. */
function extraList(settings: JsonObject): unknown[] {
  const extra = list(settings["extra_special_tokens"]);
  return extra.length > 0 ? extra : list(settings["additional_special_tokens"]);
}

function additionalTokens(settings: JsonObject): unknown[] {
  if (Array.isArray(settings["extra_special_tokens"])) return extraList(settings);
  return [...list(settings["additional_special_tokens"]), ...list(settings["of_map"])];
}

function flagTexts(
  settings: JsonObject,
  family: string,
  variables: Readonly<Record<string, string>>,
): ReferenceSpecialTokens["flags"] {
  if (!WITH_FLAGS.has(family)) return undefined;
  const { bos_token: bos, eos_token: eos } = variables;
  const { add_bos_token: addBos, add_eos_token: addEos } = settings;
  return {
    prefix: (addBos ?? WITH_FLAGS.get(family)) === true && bos !== undefined ? [bos] : [],
    suffix: addEos === true && eos !== undefined ? [eos] : [],
  };
}

function familyOf({ tokenizerConfig, config }: TokenizerFiles): string {
  const name = tokenizerConfig?.["tokenizer_class"] ?? config?.["tokenizer_class"];
  if (typeof name === "string") return name.replace(/Tokenizer(Fast)?$/, "");
  return FAMILY_BY_MODEL_TYPE[String(config?.["model_type"])] ?? "";
}

/** `AddedToken(**token)`: special tokens are not normalized unless that is said. */
function flagsOf(token: JsonObject): Token {
  const is = (flag: string): boolean => token[flag] === true;
  return {
    content: String(token["content"]),
    lstrip: is("lstrip"),
    rstrip: is("rstrip"),
    single_word: is("single_word"),
    normalized: token["normalized"] === undefined ? !is("special") : is("normalized"),
    special: is("special"),
  };
}

/** The text of a token given as a string or an object; empty for none. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  const content = isMapping(value) ? value["content"] : undefined;
  return typeof content === "string" ? content : "";
}

function isTyped(value: unknown): boolean {
  return isMapping(value) && value["__type"] === "AddedToken";
}

function isMapping(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function objects(value: unknown): JsonObject[] {
  return list(value).filter(isMapping);
}
