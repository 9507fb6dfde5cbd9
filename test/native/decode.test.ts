import { describe, expect, it } from "vitest";

import type { BenchContextOptions } from "../../bench/bench-addon.js";
import {
  batchOf,
  largestDifference,
  loadTinyModel,
  makeBenchContext,
  makeContext,
  row,
  scratchFolder,
  sequenceEntries,
  tokenAt,
  type TokenEntry,
} from "./fixture.js";
import { HIDDEN_SIZE } from "./tiny-gguf.js";

const folder = scratchFolder();

describe("decode", () => {
  it.each(["auto", "on", "off"] as const)(
    "gives the rows of llama.cpp's embeddings path bit for bit (flash attention %s)",
    async (flashAttention) => {
      const model = await loadTinyModel(folder);
      const batch = batchOf(sequenceEntries(0, 100, { outputs: [0, 7, 63, 64, 99] }));
      const captured = await (await makeContext(model, { flashAttention })).decode(batch);
      const reference = await (
        await makeBenchContext(folder, { flashAttention, embeddings: true })
      ).decode(batch);
      expect(captured.length).toBe(5 * HIDDEN_SIZE);
      expect(captured).toEqual(reference);
      expect(captured.some((value) => value !== 0)).toBe(true);
    },
  );

  it("gives rows in the order of outputs when llama.cpp cuts the batch into micro-batches", async () => {
    const model = await loadTinyModel(folder);
    const outputs = [0, 15, 16, 17, 40, 99];
    const batch = batchOf(sequenceEntries(0, 100, { outputs }));
    const whole = await (await makeContext(model)).decode(batch);
    const cut = await (await makeContext(model, { ubatchSize: 16 })).decode(batch);
    expect(largestDifference(whole, cut)).toBeLessThan(1e-4);
    for (const [i, position] of outputs.entries()) {
      const single = await (await makeContext(model)).decode(batchOf(sequenceEntries(0, position + 1)));
      expect(largestDifference(row(cut, i, HIDDEN_SIZE), single)).toBeLessThan(1e-4);
    }
  });

  it("computes a shared prefix once with the results of separate sequences", async () => {
    const model = await loadTinyModel(folder);
    const sequences = Array.from({ length: 8 }, (_, i) => i);
    const answer = (sequence: number): TokenEntry[] =>
      sequenceEntries(sequence, 12, { start: 40, salt: sequence + 1, outputs: [51] });
    const prefix = sequenceEntries(0, 40, { outputs: [] }).map((entry) => ({ ...entry, sequences }));
    const shared = await (
      await makeContext(model)
    ).decode(batchOf([...prefix, ...sequences.flatMap(answer)]));

    for (const sequence of sequences) {
      const alone = await (
        await makeContext(model)
      ).decode(batchOf([...prefix, ...answer(sequence)].map((entry) => ({ ...entry, sequences: [0] }))));
      expect(largestDifference(row(shared, sequence, HIDDEN_SIZE), alone)).toBeLessThan(1e-4);
    }
  });

  it("takes 256 sequences in one batch", async () => {
    const model = await loadTinyModel(folder);
    const context = await makeContext(model, { maxOutputs: 256 });
    expect(context.info.maxSequences).toBe(256);
    const sequences = Array.from({ length: 256 }, (_, i) => i);
    const prefix = batchOf([{ token: tokenAt(0), position: 0, sequences }]);
    expect((await context.decode(prefix)).length).toBe(0);
    const rows = await context.decode(
      batchOf(
        sequences.map((sequence) => ({
          token: tokenAt(1, sequence % 3),
          position: 1,
          sequences: [sequence],
          isOutput: true,
        })),
      ),
    );
    expect(rows.length).toBe(256 * HIDDEN_SIZE);
    expect(largestDifference(row(rows, 0, HIDDEN_SIZE), row(rows, 255, HIDDEN_SIZE))).toBeLessThan(1e-4);
    expect(largestDifference(row(rows, 0, HIDDEN_SIZE), row(rows, 1, HIDDEN_SIZE))).toBeGreaterThan(1e-3);
  });

  it("returns memory that JavaScript owns and may transfer", async () => {
    const context = await makeContext(await loadTinyModel(folder));
    const rows = await context.decode(batchOf(sequenceEntries(0, 4)));
    const moved = structuredClone(rows, { transfer: [rows.buffer as ArrayBuffer] });
    expect(rows.length).toBe(0);
    expect(moved.length).toBe(HIDDEN_SIZE);
  });

  it("a bare context decodes and gives no rows", async () => {
    const context = await makeBenchContext(folder, { bare: true });
    expect((await context.decode(batchOf(sequenceEntries(0, 10)))).length).toBe(0);
    expect(context.sequenceRange(0)).toEqual({ first: 0, last: 9 });
  });

  it("the addon that is shipped has no such contexts", async () => {
    const options: Partial<BenchContextOptions> = { bare: true };
    const context = await makeContext(await loadTinyModel(folder), options);
    expect((await context.decode(batchOf(sequenceEntries(0, 10)))).length).toBe(HIDDEN_SIZE);
  });

  it("the batch's arrays may change while it is computed", async () => {
    const model = await loadTinyModel(folder);
    const batch = batchOf(sequenceEntries(0, 50));
    const expected = await (await makeContext(model)).decode(batch);
    const running = (await makeContext(model)).decode(batch);
    batch.tokens.fill(9);
    batch.positions.fill(-1);
    expect(await running).toEqual(expected);
  });
});
