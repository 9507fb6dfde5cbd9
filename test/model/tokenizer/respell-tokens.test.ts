import { describe, expect, it } from "vitest";
import { FORCED_CONTROL, FORCED_USER_DEFINED } from "../../../lib/model/tokenizer/forced-texts.js";
import { AddedTokens } from "../../../lib/score/template/added-tokens.js";
import { ReferenceTokenizer } from "../../../lib/check/reference-tokenizer.js";
import { modelTokenizer, verifyTokens } from "../../../lib/check/verify-tokens.js";
import { copyTokenizer, readFrom, tokenTexts, type Changes, type Json } from "./checkpoint-copy.js";
import { loadVocabulary } from "./vocabulary-model.js";

const QWEN = "skywork-qwen2-tiny";
const LLAMA = "grm-llama3.2-tiny";
const LLAMA2 = "starling-tiny";
const GEMMA = "grm-gemma2-tiny";
const FORCED = [...FORCED_CONTROL, ...FORCED_USER_DEFINED];

/** Words of the vocabulary without a merge, behind the ids that the fixture has. */
function ordinary(texts: readonly string[]): Changes {
  return {
    tokenizer: (json) => {
      const { vocab } = json["model"] as { vocab: Record<string, number> };
      const added = new Set((json["added_tokens"] as { content: string }[]).map(({ content }) => content));
      for (const text of texts) if (!added.has(text)) vocab[text] ??= nextId(json);
    },
  };
}

/** The next free id. Added tokens are made words with their ids, else new words would move them: the library numbers them anew. */
function nextId(json: Json): number {
  const { vocab } = json["model"] as { vocab: Record<string, number> };
  for (const { id, content } of json["added_tokens"] as { id: number; content: string }[])
    vocab[content] ??= id;
  return Object.values(vocab).reduce((a, b) => Math.max(a, b)) + 1;
}

/** Words that these merges make, in front of all others. */
function merged(...pairs: [string, string][]): Changes {
  return {
    tokenizer: (json) => {
      const model = json["model"] as { vocab: Record<string, number>; merges: string[][] };
      for (const pair of pairs)
        for (const text of [...pair, pair.join("")]) model.vocab[text] ??= nextId(json);
      const asText = typeof model.merges[0] === "string";
      model.merges.unshift(...pairs.map((pair) => (asText ? (pair.join(" ") as unknown as string[]) : pair)));
    },
  };
}

async function differences(fixture: string, changes: Changes): Promise<object> {
  const directory = await copyTokenizer(fixture, changes);
  const info = await readFrom(directory, 5000);
  const model = await loadVocabulary(info);
  try {
    const tokenize = modelTokenizer(model, info);
    const report = await verifyTokens({ tokenize, checkpointDir: directory, sampleSize: 200 });
    // Each spelling alone and among others.
    const texts = FORCED.flatMap((text) => [text, `a${text}b`, `${text} ${text}`]);
    const reference = await ReferenceTokenizer.load(directory);
    const actual = await tokenize(texts);
    return {
      verify: report.differences,
      spelled: texts.filter(
        (text, index) => reference?.encode(text).join() !== Array.from(actual[index] ?? []).join(),
      ),
      respelled: tokenTexts(info).filter((text) => text.startsWith("respelled ")),
    };
  } finally {
    await model.dispose();
  }
}

// Expected ids: @huggingface/tokenizers 0.2.0 on the changed files, which goes by the list of added tokens.
describe("tokens that llama.cpp treats specially by their text", () => {
  it.each([QWEN, LLAMA, LLAMA2, GEMMA])(
    "%s: all of them as ordinary words that no merge makes",
    async (fixture) => {
      expect(await differences(fixture, ordinary(FORCED))).toMatchObject({ verify: [], spelled: [] });
    },
    60_000,
  );

  it("keeps the spelling of one that SentencePiece merges make", async () => {
    const changes = merged(["e", "n"], ["<", "en"], ["<en", ">"], ["</", "s"], ["</s", ">"]);
    const result = await differences(GEMMA, changes);
    expect(result).toEqual({ verify: [], spelled: [], respelled: [] });
  });

  it("refuses one that merges make and llama.cpp finds in every text", async () => {
    const changes = merged(["<|", "start"], ["<|start", "|>"]);
    const directory = await copyTokenizer(GEMMA, changes);
    await expect(readFrom(directory, 5000)).rejects.toMatchObject({
      code: "CHECKPOINT_UNSUPPORTED",
      message: expect.stringContaining('"<|start|>"') as string,
    });
  });

  it("keeps llama.cpp from joining what no merge joins", async () => {
    // "</" and "s>" are words, "</s>" is the end of a text: spelled in a text that is read literally it is no such token.
    const changes = ordinary(["</", "s>", "s", ">", "zq", "z", "q"]);
    const directory = await copyTokenizer(LLAMA2, changes);
    const info = await readFrom(directory, 5000);
    expect(tokenTexts(info)).toEqual(expect.arrayContaining(["respelled </s>", "respelled zq"]));
    const model = await loadVocabulary(info);
    try {
      const [literal] = await model.tokenize(["a</s>zq"], Uint8Array.of(0));
      const texts = Array.from(literal ?? [], (id) => tokenTexts(info)[id]);
      expect(texts).toEqual(["▁a", "</", "s", ">", "z", "q"]);
      const tokens = new AddedTokens(model);
      expect(tokens.split("a</s>")).toEqual(["a", info.eosToken]);
    } finally {
      await model.dispose();
    }
  });

  it("an added token stays a control token where llama.cpp makes it user-defined", async () => {
    const directory = await copyTokenizer(QWEN, {
      tokenizer: (json) => {
        const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
        const list = json["added_tokens"] as Json[];
        list.push({ id: nextId(json), content: "<|start|>", ...flags });
      },
      tokenizerConfig: (json) => delete json["added_tokens_decoder"],
    });
    const info = await readFrom(directory, 5000);
    const model = await loadVocabulary(info);
    try {
      const tokens = new AddedTokens(model);
      expect(tokens.control.split("<|start|>")).toEqual([expect.any(Number)]);
      const [literal] = await model.tokenize(["<|start|>"], Uint8Array.of(0));
      expect(literal?.length).toBeGreaterThan(1);
    } finally {
      await model.dispose();
    }
  });
});
