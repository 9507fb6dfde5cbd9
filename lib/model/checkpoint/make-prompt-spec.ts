import type { PromptSpec } from "../../score/template/prompt-spec.js";
import { CheckpointError } from "../../errors.js";
import type { TokenizerInfo } from "../tokenizer/tokenizer-info.js";
import type { HeadUsage } from "../../score/head/head.js";
import type { Profile } from "../profile/profile.js";

/**
 * What stands for "today" in a template that asks for it, unless a profile pins another date: the one that Llama 3.1's
 * templates fall back to. A score must not depend on the day.
 */
export const DEFAULT_DATE = "26 Jul 2024";

/** What a checkpoint says about its input. */
export interface PromptSources {
  tokenizer: TokenizerInfo;
  /** The head's published usage. */
  usage: HeadUsage;
  /** What is known of the model beside its files; goes before everything else. */
  profile: Profile | undefined;
  /** The checkpoint's `config.json`. */
  config: Readonly<Record<string, unknown>>;
  /** Template of a checkpoint that has none: that of the policy, for its reference. */
  template?: string | undefined;
}

/**
 * The `prompt` section of `reward.json`: how a model's published usage makes tokens of a conversation.
 *
 * Padding is `pad_token_id` of config.json and nothing else, since sequence-classification classes look nowhere else
 * (transformers, modeling_llama.py, LlamaForSequenceClassification); without one, the last token is scored.
 *
 * @throws CheckpointError `CHECKPOINT_UNSUPPORTED`: no chat template, or EOS to append and none known; `CHECKPOINT_INVALID`:
 * `pad_token_id` is not a token id, or the template writes a token that the embedding has no row for
 */
export function makePromptSpec({
  tokenizer,
  usage,
  profile,
  config,
  template: fallback,
}: PromptSources): PromptSpec {
  const published = profile?.prompt ?? {};
  const steps = published.steps ?? usage.steps;
  const template =
    published.template ?? (steps?.layout === "pieces" ? "" : undefined) ?? tokenizer.chatTemplate ?? fallback;
  if (template === undefined) {
    throw new CheckpointError(
      "CHECKPOINT_UNSUPPORTED",
      "The checkpoint has no chat template (neither in tokenizer_config.json nor in chat_template.jinja), and no profile gives one. " +
        "Add the template its authors used to tokenizer_config.json as chat_template.",
    );
  }
  refuseTokensWithoutRow(template, tokenizer);
  // A language model is trained with one BOS, whoever writes it.
  const bos = published.bos ?? (usage.readsAnswer === true ? "once" : undefined);
  const adds = published.addSpecialTokens ?? usage.addSpecialTokens;
  return {
    template,
    templateVariables: { ...tokenizer.templateVariables },
    date: published.date ?? (/\bstrftime_now\b/.test(template) ? DEFAULT_DATE : null),
    normalization: tokenizer.normalization,
    spacePrefix: tokenizer.spacePrefix,
    stripBefore: [...tokenizer.stripBefore],
    stripAfter: [...tokenizer.stripAfter],
    addSpecialTokens: adds,
    prefixTokens: [...tokenizer.prefixTokens],
    suffixTokens: [...tokenizer.suffixTokens],
    bosToken: tokenizer.bosToken,
    removeBosText: published.bos === "none",
    ...(bos === "once" && adds ? { mergesBos: true } : {}),
    appendEosToken: published.appendEos === true ? requireEos(tokenizer) : null,
    ...ending(usage.ending, tokenizer, config),
    padToken: padToken(config),
    position: published.position ?? usage.position,
    gatingText: published.gatingText ?? usage.gatingText ?? null,
    pair: pairPieces(profile),
    ...(usage.readsAnswer === undefined ? {} : { readsAnswer: usage.readsAnswer }),
    ...(steps === undefined ? {} : { steps }),
  };
}

/** A token that the template writes must be one: read as plain text it would make a plausible reward of another prompt. */
function refuseTokensWithoutRow(template: string, tokenizer: TokenizerInfo): void {
  const used = (text: string): boolean =>
    template.includes(text) ||
    Object.entries(tokenizer.templateVariables).some(
      ([name, value]) => value === text && template.includes(name),
    );
  const [text] = tokenizer.tokensWithoutRow.filter(used);
  if (text === undefined) return;
  throw new CheckpointError(
    "CHECKPOINT_INVALID",
    `The chat template writes the token ${JSON.stringify(text)}, whose id is beyond the embedding's ${tokenizer.vocabSize} rows. The ` +
      "tokenizer and the weights are not of one model; download the checkpoint again.",
  );
}

function ending(
  usage: HeadUsage["ending"],
  tokenizer: TokenizerInfo,
  config: PromptSources["config"],
): Pick<PromptSpec, "ending"> {
  if (usage === undefined) return {};
  const { strip = "", separator = "" } = usage;
  return { ending: { token: endingToken(usage.token, tokenizer, config), strip, separator } };
}

function endingToken(
  which: NonNullable<HeadUsage["ending"]>["token"],
  tokenizer: TokenizerInfo,
  config: PromptSources["config"],
): number {
  if (which === "eos") return requireEos(tokenizer);
  if (which === "reward") return rewardToken(config, tokenizer.vocabSize);
  if (tokenizer.clsToken !== null) return tokenizer.clsToken;
  throw new CheckpointError(
    "CHECKPOINT_UNSUPPORTED",
    "This model is scored at the tokenizer's class token, but the tokenizer names none. Set cls_token in tokenizer_config.json.",
  );
}

function rewardToken(config: PromptSources["config"], vocabSize: number): number {
  const id = config["reward_token_id"];
  if (typeof id === "number" && Number.isInteger(id) && id >= 0 && id < vocabSize) return id;
  throw new CheckpointError(
    "CHECKPOINT_INVALID",
    `config.json: reward_token_id is ${JSON.stringify(id)}, expected a token id below ${vocabSize}. Download config.json again.`,
  );
}

function pairPieces(profile: Profile | undefined): PromptSpec["pair"] {
  const { context, prompt } = profile?.head ?? {};
  return context === undefined || prompt === undefined ? null : { context, prompt };
}

function requireEos(tokenizer: TokenizerInfo): number {
  if (tokenizer.eosToken !== null) return tokenizer.eosToken;
  throw new CheckpointError(
    "CHECKPOINT_UNSUPPORTED",
    "This model's usage asks for an EOS token at the end, but the tokenizer names none. Set eos_token in tokenizer_config.json.",
  );
}

function padToken(config: Readonly<Record<string, unknown>>): number | null {
  const id = config["pad_token_id"] ?? null;
  if (id === null || (typeof id === "number" && Number.isInteger(id) && id >= 0)) return id;
  if (id === -1) return null;
  throw new CheckpointError(
    "CHECKPOINT_INVALID",
    `Expected a token id for pad_token_id of config.json but received ${JSON.stringify(id)}.`,
  );
}
