// Reads mutants of small Parquet files: bytes and lengths changed, parts cut out or doubled, ends cut off. None may crash, hang, end
// silently or fail without a code; and none may give other rows than the file announces, or, where its pages have checksums,
// other values than they had, without saying so.
// Usage, after `npm run build`: node scripts/fuzz/parquet.mjs [MUTANTS [FIRST_SEED]]

import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runPool } from "./child-pool.mjs";

const [count = 5000, first = 1] = process.argv.slice(2).map(Number);
const folder = fileURLToPath(new URL("../../test/formats/parquet/files/", import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith(".parquet"));

function* mutants() {
  for (let seed = first; seed < first + count; seed++)
    yield { file: folder + files[seed % files.length], seed };
}

const kinds = new Map();
let failures = 0;
let slowest = 0;
await runPool({
  worker: fileURLToPath(new URL("parquet-worker.mjs", import.meta.url)),
  cases: mutants(),
  timeoutMs: 10_000,
  onOutcome({ file, seed }, { kind, detail = "", ms = 0 }) {
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    slowest = Math.max(slowest, ms);
    if (process.env["VERBOSE"]) console.log(`${file.slice(folder.length)} seed ${seed}: ${kind} ${detail}`);
    if (["same", "refused", "in place", "other values"].includes(kind)) return;
    failures++;
    console.log(`${file.slice(folder.length)} seed ${seed}: ${kind} ${detail}`);
  },
});
console.log(
  `${count} mutants: ${[...kinds].map(([kind, found]) => `${found} ${kind}`).join(", ")}; slowest ${slowest} ms`,
);
process.exitCode = failures > 0 ? 1 : 0;
