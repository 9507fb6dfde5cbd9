// Reads mutants of files that torch.save wrote, good ones and ones that name functions. None may run anything, crash, hang, take much
// memory, end silently or fail without a code; and what opens must have values that can be read, whole and in part.
// Usage, after `npm run build:ts`: node scripts/fuzz/pickles.mjs [mutants, default 5000] [first seed] [processes]

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runPool } from "./child-pool.mjs";

const FILES = join(import.meta.dirname, "..", "..", "test", "formats", "pickle", "files");
const GOOD = new Set(["read", "error"]);
const expected = JSON.parse(readFileSync(join(FILES, "expected.json"), "utf8"));

/** @returns {Promise<{ counts: Record<string, number>, bad: string[] }>} outcomes by kind and code, and those that must not be */
export async function fuzzPickles({ mutants, firstSeed = 1, size = 2, timeoutMs = 20_000 }) {
  const files = readdirSync(FILES)
    .filter((name) => /\.(bin|pt)$/.test(name))
    .sort();
  const good = files.filter((name) => Object.hasOwn(expected.good, name));
  const cases = Array.from({ length: mutants }, (_, index) => {
    const seed = firstSeed + index;
    // Most damage to a good file is in what it says; to the others, in what they would have run.
    const from = seed % 3 === 0 ? files : good;
    return { seed, file: join(FILES, from[Math.floor(seed / 3) % from.length]) };
  });
  const counts = {};
  const bad = [];
  await runPool({
    worker: join(import.meta.dirname, "pickle-worker.mjs"),
    cases,
    size,
    timeoutMs,
    onOutcome: ({ seed, file }, { kind, detail = "" }) => {
      const key = kind === "error" ? detail.split(" |")[0] : kind;
      counts[key] = (counts[key] ?? 0) + 1;
      if (!GOOD.has(kind)) bad.push(`seed ${seed}, ${file.slice(FILES.length + 1)}: ${kind}: ${detail}`);
    },
  });
  return { counts, bad };
}

if (process.argv[1] === import.meta.filename) {
  const [mutants = 5000, firstSeed = 1, size = 2] = process.argv.slice(2).map(Number);
  const { counts, bad } = await fuzzPickles({ mutants, firstSeed, size });
  for (const line of bad) process.stdout.write(`${line}\n`);
  process.stdout.write(
    `${JSON.stringify(counts)}\n${mutants} mutants, ${bad.length} of them neither read nor refused\n`,
  );
  process.exitCode = bad.length === 0 ? 0 : 1;
}
