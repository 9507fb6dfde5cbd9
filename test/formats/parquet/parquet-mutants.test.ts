import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { openDataset, type DatasetRow } from "../../../lib/data/dataset/index.js";
import { UnreadableColumn } from "../../../lib/formats/parquet/unreadable.js";
import { temporaryFolder } from "../../support/fixtures.js";

async function rowsOf(path: string): Promise<DatasetRow[]> {
  const rows: DatasetRow[] = [];
  for await (const row of (await openDataset(path)).rows()) rows.push(row);
  return rows;
}

// All of scripts/fuzz/parquet.mjs would take minutes; this part keeps its claims.
it("reads damaged files with checksums as they were, or says what cannot be read", async () => {
  const file = join(import.meta.dirname, "files", "pyarrow-LZ4-1.0-True.parquet");
  const bytes = await readFile(file);
  const path = join(await temporaryFolder(), "mutant.parquet");
  const rows = await rowsOf(file);
  const tableStart = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
  const change = fc.record({
    at: fc.nat(tableStart - 1),
    value: fc.nat(255),
    length: fc.integer({ min: 1, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const mutant = Buffer.from(bytes);
      for (const { at, value, length } of changes) mutant.fill(value, at, Math.min(at + length, tableStart));
      await writeFile(path, mutant);
      const found = await rowsOf(path);
      const errors = found.filter(({ error }) => error !== undefined);
      expect(errors.every(({ error }) => error?.code === "DATASET_INVALID")).toBe(true);
      if (errors.length > 0) return;
      expect(found).toHaveLength(rows.length);
      for (const [line, { value }] of found.entries()) {
        for (const [column, field] of Object.entries(value as object)) {
          if (field instanceof UnreadableColumn) continue;
          expect(field).toEqual((rows[line]?.value as Record<string, unknown>)[column]);
        }
      }
    }),
    { numRuns: 100, seed: 12 },
  );
});
