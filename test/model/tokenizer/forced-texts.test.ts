import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import {
  FORCED_CONTROL,
  FORCED_USER_DEFINED,
  USER_DEFINED_BESIDE,
} from "../../../lib/model/tokenizer/forced-texts.js";
import { readSourceFile } from "../../../scripts/native/fetch-llama.mjs";

/** The part of `llama_vocab::impl::load` that gives tokens other types than the file. */
let rules: string;
beforeAll(async () => {
  const source = await readSourceFile("src/llama-vocab.cpp");
  rules = source.slice(
    source.indexOf("// auto-detect special tokens by text"),
    source.indexOf("// build special tokens cache"),
  );
}, 60_000);

const textsIn = (code: string): string[] =>
  [...code.matchAll(/== "([^"]+)"/g)].flatMap(([, text]) => text ?? []).sort();

describe("token texts that llama.cpp goes by", () => {
  it("are those of the source of the libraries in use", () => {
    const [userDefined] = /if \(([^{]+)\) \{\s+LLAMA_LOG_WARN\("%s: setting token/.exec(rules) ?? [""];
    expect(textsIn(userDefined)).toEqual([...FORCED_USER_DEFINED].sort());
    const control = new Set(textsIn(rules.replace(userDefined, "")));
    expect([...control].sort()).toEqual([...FORCED_CONTROL].sort());
    const beside = /if \(text == "<\|return\|>"\)[\s\S]+?end_id = tid/.exec(rules)?.[0] ?? "";
    expect(textsIn(beside)).toEqual(
      expect.arrayContaining([USER_DEFINED_BESIDE.text, ...USER_DEFINED_BESIDE.others]),
    );
  });

  it("follow the rules that the converter knows: after any change of them, read them again", () => {
    // The same in v0.4.0 and v0.5.0.
    expect(createHash("sha256").update(rules.replaceAll("\r", "")).digest("hex")).toBe(
      "0cda36839ea39cd03de30d70a782e5ec9e69e76cb851ebfed483c6133954b16e",
    );
  });
});
