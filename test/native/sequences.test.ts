import { describe, expect, it } from "vitest";

import {
  batchOf,
  largestDifference,
  loadTinyModel,
  makeContext,
  scratchFolder,
  sequenceEntries,
} from "./fixture.js";

const folder = scratchFolder();

describe("sequences", () => {
  it("a copied prefix gives the results of computing it again", async () => {
    const model = await loadTinyModel(folder);
    const context = await makeContext(model);
    await context.decode(batchOf(sequenceEntries(3, 30)));
    context.copySequence(3, 7, 0, 20);
    expect(context.sequenceRange(7)).toEqual({ first: 0, last: 19 });
    const shared = await context.decode(
      batchOf(sequenceEntries(7, 10, { start: 20, salt: 4, outputs: [29] })),
    );

    const alone = await (
      await makeContext(model)
    ).decode(
      batchOf([
        ...sequenceEntries(0, 20, { outputs: [] }),
        ...sequenceEntries(0, 10, { start: 20, salt: 4, outputs: [29] }),
      ]),
    );
    expect(largestDifference(shared, alone)).toBeLessThan(1e-4);
  });

  it("a shortened sequence goes on from its new end", async () => {
    const context = await makeContext(await loadTinyModel(folder));
    const first = await context.decode(batchOf(sequenceEntries(0, 30)));
    context.removeSequence(0, 12, -1);
    expect(context.sequenceRange(0)).toEqual({ first: 0, last: 11 });
    const again = await context.decode(batchOf(sequenceEntries(0, 18, { start: 12, outputs: [29] })));
    expect(largestDifference(first, again)).toBeLessThan(1e-4);
    context.clear();
    expect(context.sequenceRange(0)).toEqual({ first: -1, last: -1 });
  });

  it("holes are refused", async () => {
    const context = await makeContext(await loadTinyModel(folder));
    await context.decode(batchOf(sequenceEntries(0, 10)));
    const invalid = expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error;
    expect(() => {
      context.removeSequence(0, 2, 5);
    }).toThrow(invalid);
    expect(() => {
      context.copySequence(0, 1, 4, -1);
    }).toThrow(invalid);
    expect(() => {
      context.copySequence(0, 0, 10, -1);
    }).toThrow(invalid);
    context.copySequence(0, 1, 0, -1);
    expect(() => {
      context.copySequence(0, 1, 0, -1);
    }).toThrow(invalid);
    for (const sequence of [-1, 256, 1.5, Number.NaN])
      expect(() => {
        context.removeSequence(sequence, 0, -1);
      }).toThrow(invalid);
    expect(() => {
      context.removeSequence("0" as unknown as number, 0, -1);
    }).toThrow(invalid);
  });

  it("a sequence that lost cells to the sliding window is refused where it would matter", async () => {
    const model = await loadTinyModel(folder, { architecture: "gemma2", slidingWindow: 8 });
    expect(model.info.slidingWindow).toBe(8);
    const context = await makeContext(model);
    const alone = async (length: number): Promise<Float32Array> =>
      (await makeContext(model)).decode(batchOf(sequenceEntries(0, length, { salt: 1 })));
    const goOn = (start: number): Promise<Float32Array> =>
      context.decode(batchOf(sequenceEntries(1, 3, { start, salt: 1, outputs: [start + 2] })));

    // Sequence 2 starts in the gap that sequence 0 leaves and runs on into the old cells of sequence 1.
    await context.decode(batchOf(sequenceEntries(0, 100)));
    await context.decode(batchOf(sequenceEntries(1, 50, { salt: 1 })));
    context.removeSequence(0, 90, -1);
    await context.decode(batchOf(sequenceEntries(2, 20, { salt: 2 })));
    expect(context.sequenceRange(1)).toEqual({ first: 10, last: 49 });

    expect(largestDifference(await goOn(50), await alone(53))).toBeLessThan(1e-4);
    context.removeSequence(1, 30, -1);
    expect(largestDifference(await goOn(30), await alone(33))).toBeLessThan(1e-4);

    context.removeSequence(1, 14, -1);
    await expect(goOn(14)).rejects.toMatchObject({
      code: "BATCH_INVALID",
      message: expect.stringContaining("lost positions 7 to 12") as string,
    });
    expect(() => {
      context.copySequence(1, 5, 0, 14);
    }).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));

    context.removeSequence(1, 4, -1);
    expect(context.sequenceRange(1)).toEqual({ first: -1, last: -1 });
    const again = await context.decode(batchOf(sequenceEntries(1, 50, { salt: 1 })));
    expect(largestDifference(again, await alone(50))).toBeLessThan(1e-4);
  });
});
