import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDataset } from "../../../lib/data/dataset/index.js";

const INT64 = ["1610521604143693812", "1610521604143693813", 7];
/** What `test/reference/parquet-ids.py` wrote with pyarrow. */
const IDS: [file: string, ids: unknown[]][] = [
  ["int64", INT64],
  ["uint64", ["18446744073709551615", "18446744073709551614", 7]],
  ["decimal-20", INT64],
  ["decimal-18-3", ["123456789012345.678", -0.5, 7]],
  ["decimal-38", ["-12345678901234567890123456789012345678", undefined, 7]],
];

describe("ids of Parquet files", () => {
  it.each([
    ...IDS.flatMap(([file, ids]) => [[file, ids] as const, [`${file}-plain`, ids] as const]),
    ["decimal-18-3-integer", IDS[3]?.[1]] as const,
  ])("keep all their digits: %s", async (file, ids) => {
    const found: unknown[] = [];
    const path = join(import.meta.dirname, "parquet-ids", `${file}.parquet`);
    for await (const { value } of (await openDataset(path)).rows())
      found.push((value as { id?: unknown }).id ?? undefined);
    expect(found).toEqual(ids);
  });
});
