import { describe, expect, it } from "vitest";
import { modelTokenizer } from "../../../lib/check/verify-tokens.js";
import { makeCorpus } from "../../../lib/check/corpus.js";
import { ReferenceTokenizer } from "../../../lib/check/reference-tokenizer.js";
import {
  copyTokenizer,
  readFrom,
  tokenTexts,
  tokenTypes,
  type Changes,
  type Json,
} from "./checkpoint-copy.js";
import { loadVocabulary } from "./vocabulary-model.js";

/** Token types as GGUF numbers them. */
const [CONTROL, USER_DEFINED, UNUSED, BYTE] = [3, 4, 5, 6];

describe("readTokenizer", () => {
  it("lays Llama 3's tokens out by id, added ones beyond the base vocabulary included", async () => {
    const info = await readFrom(await copyTokenizer("grm-llama3.2-tiny"));
    expect(info).toMatchObject({
      vocabSize: 4353,
      family: "bpe/llama-bpe",
      normalization: null,
      prefixTokens: [4096],
      suffixTokens: [],
      bosToken: 4096,
      eosToken: 4105,
      padToken: 4352,
      notes: [],
      templateVariables: { bos_token: "<|begin_of_text|>", eos_token: "<|eot_id|>", pad_token: "[PAD]" },
    });
    expect(tokenTexts(info)).toHaveLength(4353);
    expect(tokenTexts(info)[4352]).toBe("[PAD]");
    expect(tokenTypes(info)[4352]).toBe(CONTROL);
    expect(info.metadata.get("tokenizer.ggml.add_bos_token")).toEqual({ type: "bool", value: false });
  });

  it("fills embedding rows without a token, and drops added tokens without a row", async () => {
    const wide = await readFrom(await copyTokenizer("grm-llama3.2-tiny"), 4360);
    expect(tokenTexts(wide).slice(4353)).toEqual([...Array(7).keys()].map((n) => `[UNUSED_ID_${4353 + n}]`));
    expect(tokenTypes(wide).slice(4353)).toEqual(Array(7).fill(UNUSED));
    const narrow = await readFrom(await copyTokenizer("grm-llama3.2-tiny"), 4352);
    expect(tokenTexts(narrow)).toHaveLength(4352);
    expect(narrow.notes).toEqual([expect.stringMatching(/"\[PAD\]" \(id 4352\) has no row/)]);
  });

  it("tells Gemma's kinds of tokens apart", async () => {
    const info = await readFrom(await copyTokenizer("grm-gemma2-tiny"));
    const typeOf = (text: string): number | undefined => tokenTypes(info)[tokenTexts(info).indexOf(text)];
    expect(typeOf("<unk>")).toBe(CONTROL);
    expect(typeOf("<start_of_turn>")).toBe(CONTROL);
    expect(typeOf("<h1>")).toBe(USER_DEFINED);
    expect(typeOf("\n\n")).toBe(USER_DEFINED);
    expect(typeOf("<0xFF>")).toBe(BYTE);
    expect(info.metadata.get("tokenizer.ggml.add_space_prefix")).toEqual({ type: "bool", value: false });
  });

  it("takes BOS and EOS from the flags of the classes that read them, whatever tokenizer.json says", async () => {
    const flags = (bos: boolean | null, eos: boolean | null, className: string) =>
      copyTokenizer("starling-tiny", {
        tokenizerConfig: (json) => {
          Object.assign(json, { add_bos_token: bos, add_eos_token: eos, tokenizer_class: className });
        },
      }).then(readFrom);
    expect(await flags(false, true, "LlamaTokenizer")).toMatchObject({ prefixTokens: [], suffixTokens: [2] });
    expect(await flags(null, null, "LlamaTokenizerFast")).toMatchObject({
      prefixTokens: [1],
      suffixTokens: [],
    });
    // Other classes leave the template of tokenizer.json alone.
    expect(await flags(false, true, "PreTrainedTokenizerFast")).toMatchObject({
      prefixTokens: [1],
      suffixTokens: [],
    });
  });

  it("prefers chat_template.jinja, and the default among named templates", async () => {
    const named = (json: Json): void => {
      json["chat_template"] = [
        { name: "rag", template: "R" },
        { name: "default", template: "D" },
      ];
    };
    const fromList = await readFrom(await copyTokenizer("grm-llama3.2-tiny", { tokenizerConfig: named }));
    expect(fromList.chatTemplate).toBe("D");
    const fromFile = await readFrom(
      await copyTokenizer("grm-llama3.2-tiny", {
        tokenizerConfig: named,
        files: { "chat_template.jinja": "{{ messages }}" },
      }),
    );
    expect(fromFile.chatTemplate).toBe("{{ messages }}");
    expect(fromFile.metadata.get("tokenizer.chat_template")).toEqual({
      type: "string",
      value: "{{ messages }}",
    });
  });

  it("reads special tokens that only added_tokens_decoder names, and not special_tokens_map.json beside it", async () => {
    const info = await readFrom(
      await copyTokenizer("grm-llama3.2-tiny", {
        tokenizer: (json) => (json["added_tokens"] = []),
        tokenizerConfig: (json) => {
          delete json["bos_token"];
          delete json["eos_token"];
        },
      }),
    );
    // BOS and EOS are those of config.json; the map's EOS would be 4105.
    expect(info).toMatchObject({ bosToken: 4096, eosToken: 4097 });
    expect(Object.keys(info.templateVariables)).toEqual(["pad_token"]);
    expect(tokenTypes(info)[4096]).toBe(CONTROL);
  });

  it("refuses added tokens that are looked for in the normalized text", async () => {
    const folder = await copyTokenizer("starling-tiny", {
      tokenizer: (json) => {
        for (const token of json["added_tokens"] as Json[]) token["normalized"] = true;
      },
      tokenizerConfig: (json) => delete json["added_tokens_decoder"],
    });
    await expect(readFrom(folder)).rejects.toMatchObject({
      code: "CHECKPOINT_UNSUPPORTED",
      message: expect.stringMatching(/3 added tokens .* have "normalized": true/) as string,
    });
  });
});

describe("statements that transformers 4 and 5, or llama.cpp, read differently", () => {
  const added = (json: Json, content: string): Json =>
    (json["added_tokens"] as Json[]).find((token) => token["content"] === content) as Json;
  const refusals: readonly [name: string, fixture: string, changes: Changes, message: RegExp][] = [
    [
      "a token object with other flags than the token has",
      "skywork-qwen2-tiny",
      {
        tokenizerConfig: (json) =>
          (json["additional_special_tokens"] = [
            { __type: "AddedToken", content: "<|im_start|>", lstrip: true },
          ]),
      },
      /different things of lstrip of the token "<\|im_start\|>"/,
    ],
    [
      "new tokens in a list and by name",
      "skywork-qwen2-tiny",
      {
        tokenizerConfig: (json) => {
          json["additional_special_tokens"] = ["<one>"];
          json["image_token"] = "<two>";
        },
      },
      /"<one>".*image_token/,
    ],
    [
      "a list that only release 4 gives to templates",
      "skywork-qwen2-tiny",
      { tokenizerConfig: (json) => (json["chat_template"] = "{{ additional_special_tokens[0] }}") },
      /additional_special_tokens/,
    ],
    [
      "a normalized token that overlaps one of raw text",
      "skywork-qwen2-tiny",
      {
        tokenizer: (json) => (added(json, "<|endoftext|>")["normalized"] = true),
        tokenizerConfig: (json) => {
          delete json["added_tokens_decoder"];
          json["additional_special_tokens"] = ["xt|>."];
        },
      },
      /<\|endoftext\|>.*"normalized": true/,
    ],
    [
      "a normalized token that swallows spaces, which are marked by then",
      "grm-gemma2-tiny",
      {
        tokenizer: (json) => Object.assign(added(json, "<unused0>"), { normalized: true, rstrip: true }),
        tokenizerConfig: (json) => delete json["added_tokens_decoder"],
      },
      /<unused0>.*"normalized": true/,
    ],
  ];

  it.each(refusals)("%s", async (_, fixture, changes, message) => {
    await expect(readFrom(await copyTokenizer(fixture, changes), 5000)).rejects.toMatchObject({
      code: "CHECKPOINT_UNSUPPORTED",
      message: expect.stringMatching(message) as string,
    });
  });
});

describe("a checkpoint with tokenizer.model alone", () => {
  it.each(["starling-34b-tiny", "grm-gemma-tiny", "grm-gemma2-tiny", "starling-tiny"])(
    "%s: the ids that its tokenizer.json gives",
    async (fixture) => {
      const complete = await copyTokenizer(fixture);
      const reference = await ReferenceTokenizer.load(complete);
      const info = await readFrom(
        await copyTokenizer(fixture, {
          without: ["tokenizer.json"],
          // Files for `legacy: false` put a space in front of the first text only; the fixture's tokenizer.json is legacy.
          tokenizerConfig: (json) => (json["legacy"] = true),
        }),
      );
      expect(info).toMatchObject({ family: "spm", chatTemplate: expect.any(String) as string });
      const fromJson = await readFrom(complete);
      expect(info.vocabSize).toBe(fromJson.vocabSize);
      expect(info.prefixTokens).toEqual(fromJson.prefixTokens);
      const model = await loadVocabulary(info);
      const corpus = makeCorpus({ size: 500, seed: 11, specialTokens: reference?.addedTokens ?? [] });
      const actual = await modelTokenizer(model, info)(corpus).finally(() => model.dispose());
      expect(actual.map((ids) => Array.from(ids))).toEqual(corpus.map((text) => reference?.encode(text)));
    },
  );

  it("puts the space in front of the first text only, when the tokenizer is not a legacy one", async () => {
    const info = await readFrom(await copyTokenizer("starling-tiny", { without: ["tokenizer.json"] }));
    expect(info.spacePrefix).toBe("first");
  });
});
