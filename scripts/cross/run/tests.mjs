// The tests whose result may depend on the platform, run where it is emulated, one folder after the other.

import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

import { judge } from "./judge.mjs";

const FOLDER_LIMIT_MS = 900_000;
/** For test/eval/kill.test.ts: processes start slowly. */
const EVAL_KILLS = "2";
const RESULTS = "build/emulated-results.json";

/**
 * Runs tests and prints how many did what.
 * @param {import("./emulator.mjs").Emulator} emulator
 * @param {string} clone from `stageClone`
 * @param {readonly string[]} folders or files
 * @param {readonly import("./judge.mjs").KnownLimit[]} limits
 * @param {readonly import("./judge.mjs").KnownLimit[]} [leftOut] files that are not run
 * @returns {boolean} whether all went as it should
 */
export function runTests(emulator, clone, folders, limits, leftOut = []) {
  let isGood = true;
  const excluded = leftOut.flatMap(({ tests }) => tests);
  const sums = { passed: 0, skipped: 0, excluded: 0, failed: 0 };
  for (const folder of folders) {
    const started = performance.now();
    const verdict = runFolder(emulator, clone, folder, limits, excluded);
    const seconds = Math.round((performance.now() - started) / 1000);
    for (const key of Object.keys(sums)) sums[key] += verdict[key];
    console.log(`${emulator.name} ${folder}: ${describe(verdict)} (${seconds} s)`);
    for (const problem of verdict.problems) console.log(`  ${problem}`);
    if (verdict.problems.length > 0) isGood = false;
  }
  console.log(`${emulator.name}: ${describe(sums)}, ${excluded.length} files not run`);
  return isGood;
}

function runFolder(emulator, clone, folder, limits, excluded) {
  const results = path.join(clone, RESULTS);
  rmSync(results, { force: true });
  // Where only vitest's forks are emulated, they alone are slow: it compiles TypeScript itself.
  const run = emulator.runForks ?? emulator.run;
  const { stdout, stderr, isLate } = run(
    [
      "node_modules/vitest/vitest.mjs",
      "run",
      folder,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${RESULTS}`,
      ...excluded.flatMap((file) => ["--exclude", file]),
    ],
    // This machine's browser is none that an emulated program could start.
    { cwd: clone, limitMs: FOLDER_LIMIT_MS, env: { NO_COLOR: "1", EVAL_KILLS, CHROMIUM_PATH: "none" } },
  );
  if (existsSync(results)) {
    const verdict = judge(JSON.parse(readFileSync(results, "utf8")), folder, limits);
    if (verdict.problems.length > 0) console.log(stdout + stderr);
    return verdict;
  }
  console.log(stdout + stderr);
  const reason = isLate ? `did not end within ${FOLDER_LIMIT_MS / 1000} s` : "left no results";
  return { passed: 0, skipped: 0, excluded: 0, failed: 0, problems: [`${folder} ${reason}`] };
}

function describe({ passed, failed, excluded, skipped }) {
  return `${passed} passed, ${failed} failed, ${excluded} known limits, ${skipped} skipped`;
}
