import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { modelTokenizer } from "../../../lib/check/verify-tokens.js";
import { CHECKPOINTS } from "../../support/fixtures.js";
import { copyTokenizer, readFrom, type Changes } from "./checkpoint-copy.js";
import { loadVocabulary } from "./vocabulary-model.js";

/** Made by `test/reference/tokenizers/vocab_files.py`. */
interface Golden {
  fixture: string;
  texts: string[];
  /** By the class that makes a tokenizer of the two files. */
  ids: Record<string, number[][]>;
}

const golden = JSON.parse(
  await readFile(path.join(import.meta.dirname, "vocab-files.json"), "utf8"),
) as Golden;
const { model } = JSON.parse(
  await readFile(path.join(CHECKPOINTS, golden.fixture, "tokenizer.json"), "utf8"),
) as { model: { vocab: Record<string, number>; merges: (string | [string, string])[] } };
const MERGES = model.merges.map((merge) => (typeof merge === "string" ? merge : merge.join(" ")));

/** The fixture's tokenizer in the two files, and without its tokenizer.json. */
function folder({ files = {}, ...changes }: Changes = {}): Promise<string> {
  return copyTokenizer(golden.fixture, {
    ...changes,
    without: ["tokenizer.json", ...(changes.without ?? [])],
    files: {
      "vocab.json": JSON.stringify(model.vocab),
      "merges.txt": ["#version: 0.2", ...MERGES, ""].join("\n"),
      ...files,
    },
  });
}

const ofClass = (name: string): Changes => ({
  tokenizerConfig: (json) => {
    json["tokenizer_class"] = name;
  },
});

describe("a tokenizer of vocab.json and merges.txt", () => {
  it.each(Object.entries(golden.ids))("gives the ids of transformers' %s", async (name, expected) => {
    const info = await readFrom(await folder(ofClass(name)));
    const vocabulary = await loadVocabulary(info);
    const ids = await modelTokenizer(vocabulary, info)(golden.texts);
    await vocabulary.dispose();
    expect(ids.map((found) => Array.from(found))).toEqual(expected);
  });

  it("is the fixture's own for its class, with line ends of Windows, too", async () => {
    const own = await readFrom(await copyTokenizer(golden.fixture));
    expect(await readFrom(await folder())).toEqual(own);
    const lines = ["#version: 0.2", ...MERGES].join("\r\n");
    expect(await readFrom(await folder({ files: { "merges.txt": lines } }))).toEqual(own);
  });

  it("gives way to tokenizer.json", async () => {
    const files = { "vocab.json": "{}", "merges.txt": "x" };
    expect(await readFrom(await copyTokenizer(golden.fixture, { files }))).toEqual(
      await readFrom(await copyTokenizer(golden.fixture)),
    );
  });

  it.each([
    ["of a class that splits in a way not known here", ofClass("LlamaTokenizer"), "CHECKPOINT_UNSUPPORTED"],
    [
      "with a space in front of texts",
      {
        tokenizerConfig: (json) => {
          json["add_prefix_space"] = true;
        },
      },
      "CHECKPOINT_UNSUPPORTED",
    ],
    [
      "with a line that is no pair",
      { files: { "merges.txt": "#version: 0.2\na b c\n" } },
      "CHECKPOINT_INVALID",
    ],
    ["with an empty line", { files: { "merges.txt": "#version: 0.2\n\ni n\n" } }, "CHECKPOINT_INVALID"],
    ["with a merge of unknown tokens", { files: { "merges.txt": "zzz qqq\n" } }, "CHECKPOINT_INVALID"],
    ["that is no UTF-8", { files: { "merges.txt": Uint8Array.of(0xff, 0x20, 0x61) } }, "CHECKPOINT_INVALID"],
  ] as [string, Changes, string][])("is refused %s", async (_, changes, code) => {
    await expect(readFrom(await folder(changes))).rejects.toMatchObject({ code });
  });

  it("is refused without its merges", async () => {
    const checkpoint = await copyTokenizer(golden.fixture, {
      without: ["tokenizer.json"],
      files: { "vocab.json": JSON.stringify(model.vocab) },
    });
    await expect(readFrom(checkpoint)).rejects.toMatchObject({
      code: "CHECKPOINT_INVALID",
      message: expect.stringContaining("merges.txt") as string,
    });
  });
});
