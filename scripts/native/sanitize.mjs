// `npm run test:sanitize`: builds the addon with AddressSanitizer and UndefinedBehaviorSanitizer into build/sanitize, and
// runs the tests that load it, or those that are named. Fails when a test does, or on any report. For Linux with GCC and glibc.

import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

import { currentPlatform, packageName } from "../pack/platforms.mjs";
import { compileAddon } from "./compile-addon.mjs";
import { fetchHeaders } from "./fetch-llama.mjs";
import { ROOT } from "./llama-release.mjs";
import { run } from "./run.mjs";

const FOLDER = path.join(ROOT, "build", "sanitize");
const REPORTS = path.join(FOLDER, "reports");
const MODULES = path.join(FOLDER, "node_modules");

/** Tests that load the addon; arguments name others. */
const TESTS = [
  "test/native",
  "test/process/native-life.test.ts",
  "test/process/incompatible-library.test.ts",
  "test/score/backbone/reference.test.ts",
];

/** One that limits the address space, of which the sanitizer reserves terabytes. */
const LEFT_OUT = "memory that the system refuses is told apart from a bad file";

try {
  if (process.platform !== "linux") throw new Error("The sanitizers are set up for Linux only.");
  if (!existsSync(path.join(ROOT, "dist"))) throw new Error("dist/ is missing. Run npm run build.");
  const addon = await build();
  const environment = sanitizedEnvironment();
  checkLoads(addon, environment);
  runTests(environment);
} catch (error) {
  console.error(`test:sanitize: ${error.message}`);
  process.exitCode = 1;
}

/** The addon as a package of its platform, which is what an addon is looked for in first. */
async function build() {
  await fetchHeaders();
  const name = packageName(currentPlatform());
  const folder = path.join(MODULES, ...name.split("/"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name, main: "llama-reward.node" }));
  compileAddon("build/sanitize/cmake", { LLAMA_REWARD_SANITIZE: "ON", ADDON_DIRECTORY: folder });
  return path.join(folder, "llama-reward.node");
}

function sanitizedEnvironment() {
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  const common = `log_path=${path.join(REPORTS, "report")}:exitcode=99`;
  return {
    ...process.env,
    // Node must have the sanitizer first. libstdc++ comes with it, or exceptions of the addon are not followed.
    LD_PRELOAD: ["libasan.so", "libstdc++.so"].map(compilerLibrary).join(" "),
    // No search for leaks: Node and llama.cpp's prebuilt libraries leave what they have to the end of the process.
    // Little is kept from being used again, for tests that watch memory.
    ASAN_OPTIONS: `${common}:detect_leaks=0:quarantine_size_mb=8`,
    UBSAN_OPTIONS: `${common}:print_stacktrace=1`,
    // Where the addon is looked for when no package is installed.
    NODE_PATH: MODULES,
    // How test/native/prefill compiles its program.
    PREFILL_FLAGS: "-fsanitize=address,undefined -fno-sanitize-recover=all",
  };
}

function compilerLibrary(name) {
  const file = execFileSync(process.env.CXX ?? "c++", [`-print-file-name=${name}`], {
    encoding: "utf8",
  }).trim();
  if (!path.isAbsolute(file)) throw new Error(`The compiler has no ${name}. Install it and try again.`);
  return realpathSync(file);
}

/** A run that tests another build of the addon would prove nothing. */
function checkLoads(addon, env) {
  const script =
    'import { loadAddonDetails } from "./dist/score/native/binding.js"; console.log(loadAddonDetails().file);';
  const loaded = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: ROOT,
    env,
    encoding: "utf8",
  }).trim();
  if (loaded !== addon) throw new Error(`${loaded} is loaded instead of ${addon}.`);
}

function runTests(env) {
  const tests = process.argv.length > 2 ? process.argv.slice(2) : TESTS;
  let failure;
  try {
    const vitest = path.join(ROOT, "node_modules", "vitest", "vitest.mjs");
    run(process.execPath, [vitest, "run", "--reporter=default", "-t", `^(?!${LEFT_OUT})`, ...tests], {
      cwd: ROOT,
      env,
    });
  } catch (error) {
    failure = error;
  }
  const reports = readdirSync(REPORTS);
  for (const report of reports) console.error(readFileSync(path.join(REPORTS, report), "utf8"));
  if (reports.length > 0) throw new Error(`The sanitizers reported ${reports.length} times.`);
  if (failure !== undefined) throw failure;
}
