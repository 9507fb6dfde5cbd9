import { existsSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { temporaryFolder } from "../support/fixtures.js";

interface Fuzz {
  fuzzModelFolders: (options: {
    count: number;
    seed: number;
    size: number;
    root: string;
  }) => Promise<{ counts: Map<string, number>; faults: string[] }>;
}

beforeAll(() => {
  const built = path.join(import.meta.dirname, "../../dist/index.js");
  if (!existsSync(built)) throw new Error("dist/ is missing: run npm run build:ts first.");
});

/** A slice of `node scripts/fuzz/mutate-model-folder.mjs`, the same in every run. */
it("mutants of model folders are refused by a code, or score as before; with other weights and their checksums, too", async () => {
  const script = "../../scripts/fuzz/mutate-model-folder.mjs";
  const { fuzzModelFolders } = (await import(script)) as Fuzz;
  const root = await temporaryFolder();
  const { counts, faults } = await fuzzModelFolders({ count: 300, seed: 1, size: 2, root });
  expect(faults).toEqual([]);
  const kinds = new Set([...counts.keys()].map((key) => key.split(": ")[1]));
  expect(kinds).toEqual(new Set(["error", "same", "different"]));
}, 300_000);
