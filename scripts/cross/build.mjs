// `npm run build:cross [target…]`: builds the addon for other platforms on one Debian machine, into build/cross/<target>/Release, and holds
// each result against its gates. It proves that a change compiles and links everywhere. What is published is built on the
// platforms themselves, by MSVC on Windows and Apple's compiler on macOS (.github/workflows/release.yml).

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { ROOT } from "../native/llama-release.mjs";
import { compileFor, CROSS, fetchHeadersFor } from "./compile.mjs";
import { needDebian, needPython } from "./debian.mjs";
import { problemsOf } from "./gates/gates.mjs";
import { TARGETS } from "./targets.mjs";

const RECORD = path.join(ROOT, "test", "cross", "facts.json");
const PACKAGES = {
  cmake: "cmake",
  "g++": "g++",
  git: "git",
  make: "make",
  "python3-venv": "/usr/share/doc/python3-venv",
  "g++-mingw-w64-x86-64-posix": "x86_64-w64-mingw32-g++-posix",
  "g++-aarch64-linux-gnu": "aarch64-linux-gnu-g++",
};

try {
  const { values, positionals } = parseArgs({
    // Keeps what was read of the results, for the gates' test.
    options: { record: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !TARGETS.some((target) => target.name === name));
  if (unknown.length > 0)
    throw new Error(
      `No target ${unknown.join(", ")}; there are ${TARGETS.map(({ name }) => name).join(", ")}.`,
    );
  needDebian(PACKAGES);
  const python = needPython(path.join(CROSS, "python"));
  const wanted = TARGETS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  for (const target of wanted) await fetchHeadersFor(target);
  // Side by side, since configuring and linking keep one core each. Those by zig take longest: they begin.
  const left = wanted.toSorted(
    (one, other) => Number(one.zig === undefined) - Number(other.zig === undefined),
  );
  const cores = os.availableParallelism();
  const atOnce = Math.min(left.length, cores);
  let failures = 0;
  const work = async () => {
    for (let target = left.shift(); target !== undefined; target = left.shift()) {
      const started = performance.now();
      const problems = await build(target, { python, jobs: Math.ceil(cores / atOnce) }, values.record);
      const seconds = Math.round((performance.now() - started) / 1000);
      console.log(`${target.name}: ${problems.length === 0 ? "passes" : "FAILS"} (${seconds} s)`);
      for (const problem of problems) console.log(`  ${problem}`);
      if (problems.length > 0) failures++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (failures > 0) throw new Error(`${failures} of the targets failed.`);
} catch (error) {
  console.error(`build:cross: ${error.message}`);
  process.exitCode = 1;
}

/** What is wrong; one platform that fails does not keep the others from being built. */
async function build(target, { python, jobs }, isRecorded) {
  try {
    const addon = await compileFor(target, python, jobs);
    const reader = path.join(import.meta.dirname, "gates", "facts.py");
    const facts = JSON.parse(execFileSync(python, [reader, addon], { encoding: "utf8" }));
    if (isRecorded) record(target.name, facts);
    return problemsOf(facts, target.limits);
  } catch (error) {
    return [error.message];
  }
}

function record(name, facts) {
  const recorded = JSON.parse(readFileSync(RECORD, "utf8"));
  writeFileSync(RECORD, `${JSON.stringify({ ...recorded, [name]: facts }, null, 2)}\n`);
}
