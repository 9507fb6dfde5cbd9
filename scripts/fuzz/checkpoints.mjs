// Converts mutants of the fixture checkpoints: every one must be refused by an error of the project's own, leaving nothing, or
// convert into what its files say. Usage: node scripts/fuzz/checkpoints.mjs [mutants, default 10000] [first seed] [processes]

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runPool } from "./child-pool.mjs";

const ROOT = join(import.meta.dirname, "..", "..");
const FIXTURES = join(ROOT, "test", "fixtures", "checkpoints");
const GOOD = new Set(["converted", "error"]);

/**
 * @returns {Promise<{ counts: Record<string, number>, bad: string[] }>} outcomes by kind and code, and those that must not be
 */
export async function fuzzCheckpoints({
  mutants,
  firstSeed = 1,
  size = 2,
  timeoutMs = 60_000,
  dist = join(ROOT, "dist"),
}) {
  const work = mkdtempSync(join(tmpdir(), "llama-reward-fuzz-"));
  const names = readdirSync(FIXTURES).sort();
  const cases = Array.from({ length: mutants }, (_, index) => ({
    seed: firstSeed + index,
    fixture: join(FIXTURES, names[(firstSeed + index) % names.length]),
  }));
  const counts = {};
  const bad = [];
  try {
    await runPool({
      worker: join(import.meta.dirname, "checkpoint-worker.mjs"),
      args: [dist, work],
      cases,
      size,
      timeoutMs,
      onOutcome: ({ seed, fixture }, { kind, detail = "" }) => {
        const key = kind === "error" ? detail.split(" |")[0] : kind;
        counts[key] = (counts[key] ?? 0) + 1;
        if (!GOOD.has(kind))
          bad.push(`seed ${seed}, ${fixture.slice(FIXTURES.length + 1)}: ${kind}: ${detail}`);
      },
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { counts, bad };
}

if (process.argv[1] === import.meta.filename) {
  const [mutants = 10_000, firstSeed = 1, size = 2] = process.argv.slice(2).map(Number);
  const { counts, bad } = await fuzzCheckpoints({ mutants, firstSeed, size });
  for (const line of bad) process.stdout.write(`${line}\n`);
  process.stdout.write(
    `${JSON.stringify(counts)}\n${mutants} mutants, ${bad.length} of them neither converted nor refused\n`,
  );
  process.exitCode = bad.length === 0 ? 0 : 1;
}
