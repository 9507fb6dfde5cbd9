import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CheckpointError } from "../../../lib/errors.js";
import { CHECKPOINTS } from "../../support/fixtures.js";
import { copyTokenizer, readFrom, tokenTexts, type Changes, type Json } from "./checkpoint-copy.js";

const LLAMA = "grm-llama3.2-tiny";
const model = (json: Json): Json => json["model"] as Json;
const onTokenizer = (change: (json: Json) => void): Changes => ({ tokenizer: change });

/** Each damage, and what the message must name. */
const damages: readonly [name: string, changes: Changes, message: RegExp][] = [
  ["no tokenizer at all", { without: ["tokenizer.json"] }, /neither tokenizer\.json nor tokenizer\.model/],
  ["not JSON", { files: { "tokenizer.json": '{"model": ' } }, /tokenizer\.json is not valid JSON/],
  // Python's json refuses both: "Unexpected UTF-8 BOM", and UnicodeDecodeError.
  ["a byte order mark", { files: { "tokenizer.json": "\ufeff{}" } }, /tokenizer\.json is not valid JSON/],
  [
    "not UTF-8",
    { files: { "tokenizer_config.json": Buffer.from('{"a": "\xff"}', "latin1") } },
    /config\.json is not valid UTF-8/,
  ],
  [
    "a template that is not UTF-8",
    { files: { "chat_template.jinja": Buffer.from([0xe9]) } },
    /jinja is not valid UTF-8/,
  ],
  ["an array", { files: { "tokenizer.json": "[]" } }, /tokenizer\.json: \(root\)/],
  ["no model", onTokenizer((json) => delete json["model"]), /tokenizer\.json: model/],
  ["merges of another type", onTokenizer((json) => (model(json)["merges"] = 5)), /tokenizer\.json: model/],
  [
    "a merge of three tokens",
    onTokenizer((json) => (model(json)["merges"] = ["Ġ Ġ Ġ"])),
    /model\.merges\.0: expected two tokens but found "Ġ Ġ Ġ"/,
  ],
  [
    "a merge of unknown tokens",
    onTokenizer((json) => (model(json)["merges"] = [["Ġ", "zzzz"]] as unknown as Json[])),
    /model\.merges\.0: token "zzzz" is not in the vocabulary/,
  ],
  [
    "an id that is no number",
    onTokenizer((json) => ((model(json)["vocab"] as Json)["Ġ"] = "x")),
    /tokenizer\.json: model/,
  ],
  [
    "an absurd id",
    onTokenizer((json) => ((model(json)["vocab"] as Json)["Ġ"] = 1e9)),
    /tokenizer\.json: model/,
  ],
  [
    "two tokens with one id",
    onTokenizer((json) => ((model(json)["vocab"] as Json)["neverseen"] = 7)),
    /model\.vocab: id 7 belongs to/,
  ],
  [
    "more tokens than the embedding has rows",
    onTokenizer((json) => ((model(json)["vocab"] as Json)["neverseen"] = 5000)),
    /"neverseen".*id 5000 has no row in the embedding of 4353 rows/,
  ],
  [
    "an added token with the id of another",
    onTokenizer((json) => (((json["added_tokens"] as Json[])[3] as Json)["id"] = 7)),
    /id 7 is "<\|reserved_special_token_1\|>", but "." in model\.vocab/,
  ],
  [
    "an added token without text",
    onTokenizer((json) => ((json["added_tokens"] as Json[])[3] = { id: 5 })),
    /tokenizer\.json: added_tokens\.3\.content/,
  ],
  [
    "a template that names an unknown token",
    onTokenizer((json) => {
      const processors = (json["post_processor"] as Json)["processors"] as Json[];
      (processors[1] as Json)["special_tokens"] = {};
    }),
    /post_processor\.special_tokens: <\|begin_of_text\|> is missing/,
  ],
  [
    "a Git LFS pointer",
    {
      files: {
        "tokenizer.json": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9085657\n",
      },
    },
    /tokenizer\.json is a Git LFS pointer/,
  ],
  [
    "a nest of ten thousand lists",
    {
      files: {
        "tokenizer_config.json": `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`,
      },
    },
    /nested more than 128 levels deep/,
  ],
  [
    "a new token without a row in the embedding",
    { tokenizerConfig: (json) => (json["sep_token"] = "<new>") },
    /sep_token: the token "<new>" is new and gets the id 4353, but the embedding has 4353 rows/,
  ],
  [
    "an added_tokens_decoder that is null",
    { tokenizerConfig: (json) => (json["added_tokens_decoder"] = null) },
    /tokenizer_config\.json: added_tokens_decoder/,
  ],
  [
    "a role that is a number",
    { tokenizerConfig: (json) => (json["eos_token"] = 2) },
    /tokenizer_config\.json: eos_token/,
  ],
  [
    "an id behind a gap, which the tokenizers library does not leave",
    onTokenizer((json) => (((json["added_tokens"] as Json[]).at(-1) as Json)["id"] = 4400)),
    /its id is 4400, but .* the tokenizers library gives it 4352/,
  ],
  [
    "a chat template of another type",
    { tokenizerConfig: (json) => (json["chat_template"] = 1) },
    /tokenizer_config\.json: chat_template/,
  ],
  [
    "named chat templates without a default",
    {
      tokenizerConfig: (json) =>
        (json["chat_template"] = [
          { name: "rag", template: "a" },
          { name: "tool_use", template: "b" },
        ]),
    },
    /none of the templates is named "default" \(rag, tool_use\)/,
  ],
];

describe("damaged tokenizer files", () => {
  it.each(damages)("%s", async (_, changes, message) => {
    const error: unknown = await copyTokenizer(LLAMA, changes)
      .then(readFrom)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "CHECKPOINT_INVALID" });
    expect((error as Error).message).toMatch(message);
  });

  it("no damage: tokens named like members of every JavaScript object", async () => {
    const text = await readFile(join(CHECKPOINTS, "grm-gemma2-tiny", "tokenizer.json"), "utf8");
    const changed = text.replace(/"vocab":\s*\{/, '"vocab":{"__proto__":4732,');
    const directory = await copyTokenizer("grm-gemma2-tiny", {
      files: { "tokenizer.json": changed },
      tokenizerConfig: (json) => (json["sep_token"] = "toString"),
    });
    const info = await readFrom(directory, 4735);
    expect(tokenTexts(info).slice(4732, 4734)).toEqual(["__proto__", expect.stringMatching(/toString$/)]);
  });

  it("a SentencePiece model that is cut off anywhere, or is something else", async () => {
    const bytes = await readFile(join(CHECKPOINTS, "starling-tiny", "tokenizer.model"));
    for (const content of [
      bytes.subarray(0, bytes.length - 5),
      bytes.subarray(0, 1000),
      Buffer.from("PK\x03\x04"),
    ]) {
      const directory = await copyTokenizer("starling-tiny", {
        without: ["tokenizer.json"],
        files: { "tokenizer.model": content },
      });
      await expect(readFrom(directory)).rejects.toThrow(/tokenizer\.model/);
      await expect(readFrom(directory)).rejects.toBeInstanceOf(CheckpointError);
    }
  });
});
