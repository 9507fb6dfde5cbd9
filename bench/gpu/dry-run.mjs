// `npm run test:gpu-bundle`: packs the bundle, and runs it on the CPU of this machine as on one without Node. Fails unless every step was
// done and every fixture has its rewards; minutes. For x64 Linux.

import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { ROOT } from "../../scripts/native/llama-release.mjs";
import { run } from "../../scripts/native/run.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "llama-reward-gpu-bundle-"));
try {
  run(process.execPath, [path.join(import.meta.dirname, "make-bundle.mjs"), folder]);
  // Nothing of this Node, nor of its npm.
  const env = { PATH: "/usr/bin:/bin", WORK: path.join(folder, "work"), HOME: folder };
  run("sh", [path.join(folder, "run.sh"), "--device", "cpu"], { env, cwd: folder });
  const results = JSON.parse(readFileSync(path.join(folder, "results", "results.json"), "utf8"));
  const fixtures = readdirSync(path.join(ROOT, "test", "fixtures", "checkpoints"));
  const scored = new Set(results.accuracy.map(({ model }) => model));
  const missing = fixtures.filter((name) => !scored.has(name));
  if (missing.length > 0) throw new Error(`There are no rewards of ${missing.join(", ")}.`);
  if (!results.bench.some(({ peer }) => peer !== undefined)) throw new Error("No workload was measured.");
} catch (error) {
  console.error(`test:gpu-bundle: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
