import { existsSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";

interface Fuzz {
  fuzzPickles: (options: {
    mutants: number;
    firstSeed: number;
  }) => Promise<{ counts: Record<string, number>; bad: string[] }>;
}

beforeAll(() => {
  const built = path.join(import.meta.dirname, "../../dist/formats/pickle/pickle-file.js");
  if (!existsSync(built)) throw new Error("dist/ is missing: run npm run build:ts first.");
});

/** A slice of `node scripts/fuzz/pickles.mjs`, the same in every run. */
it("mutants of pickles run nothing, and are refused by a code of ours or give values", async () => {
  const script = "../../scripts/fuzz/pickles.mjs";
  const { fuzzPickles } = (await import(script)) as Fuzz;
  const { counts, bad } = await fuzzPickles({ mutants: 400, firstSeed: 1 });
  expect(bad).toEqual([]);
  expect(Object.keys(counts).sort()).toEqual(["CHECKPOINT_INVALID", "CHECKPOINT_UNSUPPORTED", "read"]);
}, 120_000);
