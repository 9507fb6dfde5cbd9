import { beforeAll, describe, expect, it } from "vitest";

import type { NativeModel } from "../../lib/score/native/native-addon.js";
import { loadTinyModel, scratchFolder } from "./fixture.js";
import { TOKENS } from "./tiny-gguf.js";

const folder = scratchFolder();
let model: NativeModel;

beforeAll(async () => {
  model = await loadTinyModel(folder);
});

const FIRST_BYTE = 5;
const AB = FIRST_BYTE + 256 + 2;
const bytes = (text: string): number[] => [...Buffer.from(text)].map((byte) => FIRST_BYTE + byte);

async function tokens(text: string, parse: 0 | 1): Promise<number[]> {
  const [list] = await model.tokenize([text], Uint8Array.of(parse));
  return [...(list ?? [])];
}

describe("tokenize", () => {
  it("parses control tokens only where asked", async () => {
    const text = "ab<|header|>ab";
    expect(await tokens(text, 1)).toEqual([AB, TOKENS.header, AB]);
    expect(await tokens(text, 0)).toEqual([AB, ...bytes("<|he"), FIRST_BYTE + 256, ...bytes("der|>"), AB]);
  });

  it("user-defined tokens are always parsed, as llama.cpp does", async () => {
    expect(await tokens("<tool>", 0)).toEqual([TOKENS.tool]);
    expect(await tokens("<tool>", 1)).toEqual([TOKENS.tool]);
  });

  it("adds nothing in front or behind", async () => {
    expect(await tokens("ab", 1)).toEqual([AB]);
    expect(await tokens("", 1)).toEqual([]);
  });

  it("takes embedded NULs and text that is not ASCII", async () => {
    const text = "x\0ü\u{1F600}";
    expect(await tokens(text, 1)).toEqual(bytes(text));
  });

  it("tokenizes each text by its own rule, in order", async () => {
    const lists = await model.tokenize(["<s>", "<s>", "ab"], Uint8Array.of(1, 0, 0));
    expect(lists.map((list) => list.length)).toEqual([1, 3, 1]);
    expect(lists.every((list) => list instanceof Int32Array)).toBe(true);
    expect(await model.tokenize([], new Uint8Array())).toEqual([]);
  });

  it("takes a text of 10 MB", async () => {
    const text = "abx".repeat(3_500_000);
    const [list] = await model.tokenize([text], Uint8Array.of(1));
    expect(list?.length).toBe(7_000_000);
    expect(list?.at(-1)).toBe(FIRST_BYTE + "x".charCodeAt(0));
  });

  it("leaves the event loop free", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await model.tokenize(["abx".repeat(300_000)], Uint8Array.of(1));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });

  it("refuses wrong arguments", async () => {
    const invalid = { code: "INVALID_ARGUMENT" };
    await expect(model.tokenize(["a", "b"], Uint8Array.of(1))).rejects.toMatchObject(invalid);
    await expect(model.tokenize(["a"], Int32Array.of(1) as unknown as Uint8Array)).rejects.toMatchObject(
      invalid,
    );
    await expect(model.tokenize([1] as unknown as string[], Uint8Array.of(1))).rejects.toMatchObject(invalid);
    await expect(model.tokenize("a" as unknown as string[], Uint8Array.of(1))).rejects.toMatchObject(invalid);
  });

  it("a model without a vocabulary is refused instead of asserted on", async () => {
    const bare = await loadTinyModel(folder, { withVocabulary: false });
    await expect(bare.tokenize(["a"], Uint8Array.of(1))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("no vocabulary") as string,
    });
    expect(bare.specialTokens()).toEqual([]);
  });
});

it("specialTokens lists control and user-defined tokens", () => {
  expect(model.specialTokens()).toEqual([
    { id: TOKENS.bos, text: "<s>", isControl: true },
    { id: TOKENS.eos, text: "</s>", isControl: true },
    { id: TOKENS.header, text: "<|header|>", isControl: true },
    { id: TOKENS.tool, text: "<tool>", isControl: false },
  ]);
});

it("metadata gives scalars as text, and undefined for what is missing or an array", () => {
  expect(model.metadata("general.architecture")).toBe("llama");
  expect(model.metadata("llama.block_count")).toBe("2");
  expect(model.metadata("nowhere")).toBeUndefined();
  expect(() => model.metadata(3 as unknown as string)).toThrow(
    expect.objectContaining({ code: "INVALID_ARGUMENT" }),
  );
});
