import { afterEach, beforeAll, describe, expect, it } from "vitest";

import type { NativeBatch, NativeContext } from "../../lib/score/native/native-addon.js";
import { batchOf, loadTinyModel, makeContext, scratchFolder, sequenceEntries } from "./fixture.js";
import { VOCAB_SIZE } from "./tiny-gguf.js";

const folder = scratchFolder();
let context: NativeContext;

beforeAll(async () => {
  context = await makeContext(await loadTinyModel(folder), { batchSize: 32, ubatchSize: 32, maxOutputs: 4 });
});

afterEach(() => {
  context.clear();
});

const int32 = (...values: number[]): Int32Array => Int32Array.from(values);
const good = (): NativeBatch => batchOf(sequenceEntries(0, 3));

describe("a batch that llama.cpp would abort on is refused", () => {
  const cases: [string, Partial<NativeBatch>, RegExp][] = [
    ["no tokens", batchOf([]), /has no tokens/],
    ["too many tokens", batchOf(sequenceEntries(0, 33)), /33 tokens, the context takes at most 32/],
    ["a negative token", { tokens: int32(5, -1, 5) }, /tokens\[1\] is -1/],
    ["a token outside the vocabulary", { tokens: int32(5, 5, VOCAB_SIZE) }, /tokens\[2\] is/],
    ["too few positions", { positions: int32(0, 1) }, /positions has 2 entries, expected 3/],
    ["too few offsets", { sequenceOffsets: int32(0, 1, 2) }, /sequenceOffsets has 3 entries, expected 4/],
    ["offsets that do not start at 0", { sequenceOffsets: int32(1, 1, 2, 3) }, /sequenceOffsets\[0\] is 1/],
    ["a token of no sequence", { sequenceOffsets: int32(0, 1, 1, 3) }, /Token 1 belongs to no sequence/],
    [
      "offsets beyond the ids",
      { sequenceOffsets: int32(0, 1, 2, 9) },
      /sequenceIds has 3 entries, expected 9/,
    ],
    [
      "a negative last offset",
      { sequenceOffsets: int32(0, 1, 2, -5) },
      /sequenceIds has 3 entries, expected 0/,
    ],
    ["a negative sequence", { sequenceIds: int32(0, -1, 0) }, /sequenceIds\[1\] is -1, expected 0 to 255/],
    ["sequence 256", { sequenceIds: int32(0, 0, 256) }, /sequenceIds\[2\] is 256/],
    ["an output outside the batch", { outputs: int32(3) }, /outputs\[0\] is 3/],
    ["outputs that do not ascend", { outputs: int32(2, 1) }, /outputs must ascend/],
    ["the same output twice", { outputs: int32(1, 1) }, /outputs must ascend/],
    [
      "too many outputs",
      batchOf(sequenceEntries(0, 9, { outputs: [0, 1, 2, 3, 4] })),
      /wants 5 outputs.*at most 4/,
    ],
    [
      "a hole in the positions",
      { positions: int32(0, 1, 3) },
      /positions\[2\] is 3, but sequence 0 goes on at 2/,
    ],
    ["falling positions", { positions: int32(0, 2, 1) }, /positions\[1\] is 2/],
    ["the same position twice", { positions: int32(0, 1, 1) }, /positions\[2\] is 1/],
    ["a sequence without its beginning", { positions: int32(4, 5, 6) }, /positions\[0\] is 4.*goes on at 0/],
    [
      "the same sequence twice for a token",
      batchOf([{ token: 5, position: 0, sequences: [3, 3] }]),
      /positions\[0\] is 0, but sequence 3 goes on at 1/,
    ],
  ];

  it.each(cases)("%s", async (_, change, message) => {
    await expect(context.decode({ ...good(), ...change })).rejects.toMatchObject({
      code: "BATCH_INVALID",
      message: expect.stringMatching(message) as string,
    });
    // Refusing must leave the context as it was.
    expect((await context.decode(good())).length).toBeGreaterThan(0);
  });

  it("a sequence that does not go on where the cache ends", async () => {
    await context.decode(batchOf(sequenceEntries(0, 5)));
    await expect(context.decode(batchOf(sequenceEntries(0, 2, { start: 6 })))).rejects.toMatchObject({
      code: "BATCH_INVALID",
      message: expect.stringContaining("goes on at 5") as string,
    });
    await expect(context.decode(batchOf(sequenceEntries(0, 2)))).rejects.toMatchObject({
      code: "BATCH_INVALID",
    });
  });

  it("a token shared by sequences of different length", async () => {
    await context.decode(batchOf(sequenceEntries(0, 5)));
    await context.decode(batchOf(sequenceEntries(1, 4)));
    const shared = [
      { token: 5, position: 4, sequences: [1] },
      { token: 5, position: 5, sequences: [0, 1] },
    ];
    await expect(context.decode(batchOf(shared))).rejects.toMatchObject({
      code: "BATCH_INVALID",
      message: expect.stringContaining("hold different positions") as string,
    });
  });

  it("typed arrays of another element type", async () => {
    for (const name of ["tokens", "positions", "sequenceOffsets", "sequenceIds", "outputs"] as const)
      for (const wrong of [new Float32Array(4), new Uint32Array(4), [0, 1, 2], undefined])
        await expect(context.decode({ ...good(), [name]: wrong })).rejects.toMatchObject({
          code: "INVALID_ARGUMENT",
          message: expect.stringContaining(`Expected an Int32Array for ${name}`) as string,
        });
    await expect(context.decode(undefined as unknown as NativeBatch)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });
});

it("a full KV cache is an error, and removing a sequence makes room again", async () => {
  const small = await makeContext(await loadTinyModel(folder), { contextLength: 256 });
  await small.decode(batchOf(sequenceEntries(0, 200)));
  await expect(small.decode(batchOf(sequenceEntries(1, 100)))).rejects.toMatchObject({
    code: "KV_CACHE_FULL",
    details: { status: 1 },
  });
  small.removeSequence(0, 100, -1);
  expect((await small.decode(batchOf(sequenceEntries(1, 100)))).length).toBeGreaterThan(0);
});

it("a second decode meanwhile is refused, and so are edits", async () => {
  const big = await makeContext(await loadTinyModel(folder));
  const running = big.decode(batchOf(sequenceEntries(0, 256)));
  await expect(big.decode(batchOf(sequenceEntries(1, 2)))).rejects.toMatchObject({ code: "CONTEXT_BUSY" });
  expect(() => {
    big.clear();
  }).toThrow(expect.objectContaining({ code: "CONTEXT_BUSY" }));
  expect((await running).length).toBeGreaterThan(0);
  big.clear();
});
