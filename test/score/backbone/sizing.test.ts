import { describe, expect, it } from "vitest";
import { chooseContextLength } from "../../../lib/score/backbone/sizing.js";
import { FakeAddon, load } from "./fake-addon.js";

describe("the batch on a CPU", () => {
  it.each([
    { threads: 1, batch: 128 },
    { threads: 2, batch: 192 },
    { threads: 4, batch: 384 },
    { threads: 64, batch: 512 },
  ])("grows with the threads: $batch tokens for $threads", async ({ threads, batch }) => {
    const addon = new FakeAddon();
    await load(addon, { threads });
    expect(addon.contextOptions[0]).toMatchObject({ batchSize: batch, ubatchSize: batch, threads });
  });
});

describe("chooseContextLength", () => {
  it.each([
    { name: "the trained length", train: 4096, freeBytes: 1e12, expected: 4096 },
    { name: "no more than is useful", train: 131_072, freeBytes: 1e12, expected: 8192 },
    {
      name: "half of the free memory, in steps of 256",
      train: 131_072,
      freeBytes: 2 * 1000 * 5000,
      expected: 4864,
    },
    { name: "one step when there is next to nothing", train: 131_072, freeBytes: 1000, expected: 256 },
  ])("takes $name", ({ train, freeBytes, expected }) => {
    expect(chooseContextLength({ trainContextLength: train }, 1000, freeBytes)).toBe(expected);
  });
});
