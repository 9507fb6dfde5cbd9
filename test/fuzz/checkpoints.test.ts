import { existsSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";

interface Fuzz {
  fuzzCheckpoints: (options: {
    mutants: number;
    firstSeed: number;
  }) => Promise<{ counts: Record<string, number>; bad: string[] }>;
}

beforeAll(() => {
  const built = path.join(import.meta.dirname, "../../dist/convert/index.js");
  if (!existsSync(built)) throw new Error("dist/ is missing: run npm run build:ts first.");
});

/** A slice of `node scripts/fuzz/checkpoints.mjs`, the same in every run. */
it("mutants of checkpoints are refused by a code of ours, or convert into what their files say", async () => {
  const script = "../../scripts/fuzz/checkpoints.mjs";
  const { fuzzCheckpoints } = (await import(script)) as Fuzz;
  const { counts, bad } = await fuzzCheckpoints({ mutants: 90, firstSeed: 1 });
  expect(bad).toEqual([]);
  expect(counts).toMatchObject({
    converted: expect.any(Number) as number,
    CHECKPOINT_INVALID: expect.any(Number) as number,
  });
}, 120_000);
