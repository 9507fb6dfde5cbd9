import { describe, expect, it } from "vitest";
import type { TokenizerInfo } from "../../../lib/model/tokenizer/tokenizer-info.js";
import { parseProfile } from "../../../lib/model/profile/profile.js";
import {
  DEFAULT_DATE,
  makePromptSpec,
  type PromptSources,
} from "../../../lib/model/checkpoint/make-prompt-spec.js";

const TOKENIZER: TokenizerInfo = {
  metadata: new Map(),
  vocabSize: 10,
  family: "bpe/llama-bpe",
  normalization: null,
  spacePrefix: "none",
  stripBefore: [],
  stripAfter: [],
  prefixTokens: [1],
  suffixTokens: [],
  bosToken: 1,
  eosToken: 2,
  padToken: 3,
  clsToken: 4,
  chatTemplate: "{{ bos_token }}{{ messages[0].content }}",
  templateVariables: { bos_token: "<s>" },
  tokensWithoutRow: [],
  notes: [],
};

function make(sources: Partial<PromptSources> = {}, profile?: unknown): ReturnType<typeof makePromptSpec> {
  return makePromptSpec({
    tokenizer: TOKENIZER,
    usage: { addSpecialTokens: true, position: "last-non-pad" },
    profile: profile === undefined ? undefined : parseProfile("test", profile),
    config: {},
    ...sources,
  });
}

describe("makePromptSpec", () => {
  it("follows the head's usage and the tokenizer", () => {
    expect(make()).toMatchObject({
      template: TOKENIZER.chatTemplate,
      addSpecialTokens: true,
      prefixTokens: [1],
      bosToken: 1,
      position: "last-non-pad",
      gatingText: null,
      pair: null,
      removeBosText: false,
      appendEosToken: null,
    });
  });

  it("takes padding from config.json alone", () => {
    expect(make().padToken).toBeNull();
    expect(make({ config: { pad_token_id: 7 } }).padToken).toBe(7);
    expect(make({ config: { pad_token_id: -1 } }).padToken).toBeNull();
    expect(() => make({ config: { pad_token_id: "7" } })).toThrow(
      expect.objectContaining({ code: "CHECKPOINT_INVALID" }),
    );
  });

  it("leaves one BOS of two only where the published usage makes two and drops one", () => {
    expect(make()).not.toHaveProperty("mergesBos");
    expect(make({}, { prompt: { bos: "once" } }).mergesBos).toBe(true);
    expect(make({}, { prompt: { bos: "once", addSpecialTokens: false } })).not.toHaveProperty("mergesBos");
    expect(make({}, { prompt: { bos: "double" } })).not.toHaveProperty("mergesBos");
  });

  it("ends inputs in the tokenizer's class token where the head is scored there", () => {
    const usage = { addSpecialTokens: true, position: "last", ending: { token: "cls" } } as const;
    expect(make({ usage }).ending).toEqual({ token: 4, strip: "", separator: "" });
    expect(() => make({ usage, tokenizer: { ...TOKENIZER, clsToken: null } })).toThrow("Set cls_token");
  });

  it("pins the date where the template asks for today's", () => {
    expect(make().date).toBeNull();
    const chatTemplate = "{{ strftime_now('%d %b %Y') }}";
    expect(make({ tokenizer: { ...TOKENIZER, chatTemplate } }).date).toBe(DEFAULT_DATE);
    expect(make({}, { prompt: { date: "1 Jan 2025" } }).date).toBe("1 Jan 2025");
  });

  it("lets the profile decide", () => {
    const prompt = {
      template: "{{ messages[0].content }}",
      addSpecialTokens: false,
      appendEos: true,
      position: "before-first-pad",
      gatingText: "<gate>",
      bos: "none",
    };
    expect(make({}, { prompt })).toMatchObject({
      template: prompt.template,
      addSpecialTokens: false,
      appendEosToken: 2,
      position: "before-first-pad",
      gatingText: "<gate>",
      removeBosText: true,
    });
  });

  it("appends the token that config.json names where the head's usage does, if it is one", () => {
    const usage = { addSpecialTokens: false, position: "last", ending: { token: "reward" } } as const;
    expect(make({ usage, config: { reward_token_id: 3 } }).ending).toMatchObject({ token: 3 });
    for (const id of [undefined, -1, 1.5, "3", 1 << 30]) {
      expect(() => make({ usage, config: { reward_token_id: id } })).toThrow(
        expect.objectContaining({ code: "CHECKPOINT_INVALID" }),
      );
    }
  });

  it("keeps the pieces of a pair prompt", () => {
    const pieces = {
      context: { before: "(", user: "U", assistant: "A", after: ")" },
      prompt: "{context} {response_A} {response_B}",
    };
    expect(make({}, { head: { kind: "pair", ...pieces } }).pair).toEqual(pieces);
  });

  it("refuses a checkpoint without a template, and EOS where there is none", () => {
    expect(() => make({ tokenizer: { ...TOKENIZER, chatTemplate: null } })).toThrow(
      expect.objectContaining({ code: "CHECKPOINT_UNSUPPORTED" }),
    );
    expect(() =>
      make({ tokenizer: { ...TOKENIZER, eosToken: null } }, { prompt: { appendEos: true } }),
    ).toThrow(expect.objectContaining({ code: "CHECKPOINT_UNSUPPORTED" }));
  });
});
