// Makes a Python virtual environment from a requirements file that lists every package, or finds the one of an earlier run, and
// prints the path of its interpreter. Used by benchmarks and reference tests, whose peers are written in Python.
//
//   node scripts/python/venv.mjs REQUIREMENTS FOLDER [--python PYTHON]
//
// The environment stands in FOLDER, in a folder named after the file and its content: another list is another environment. What a registry
// does not give is asked for again, and PyTorch's CPU build at PyTorch's own index where pip's has none.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: { python: { type: "string", default: "python3" } },
  allowPositionals: true,
});
const [requirements, folder] = positionals;
if (requirements === undefined || folder === undefined || positionals.length > 2)
  throw new Error("usage: venv.mjs REQUIREMENTS FOLDER [--python PYTHON]");

const version = run(values.python, ["--version"]);
const key = createHash("sha256")
  .update(version)
  .update(readFileSync(requirements))
  .digest("hex")
  .slice(0, 12);
const name = path.basename(requirements, ".txt");
const environment = path.resolve(folder, `${name}-${key}`);
const ATTEMPTS = 3;
const PAUSE_SECONDS = 10;
const TORCH_INDEX = "https://download.pytorch.org/whl/cpu";

const done = path.join(environment, "complete");
if (!existsSync(done)) {
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run(values.python, ["-m", "venv", environment]);
  // The list is whole: what it leaves out is left out on purpose.
  await install(["--no-deps", "-r", requirements]);
  mkdirSync(`${done}.new`);
  renameSync(`${done}.new`, done);
}
console.log(interpreter());

/** Ends this process with what pip says, when it fails for good. */
async function install(wanted) {
  const options = ["--quiet", "--disable-pip-version-check", "--retries", "8", "--timeout", "60"];
  let more = [];
  for (let attempt = 1; ; attempt++) {
    try {
      run(interpreter(), ["-m", "pip", "install", ...options, ...more, ...wanted]);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) {
        console.error(
          `The packages of ${requirements} cannot be had from the package registry. ${error.message}`,
        );
        process.exit(1);
      }
      if (/^ERROR: .*torch==\S*\+cpu/m.test(error.message)) more = ["--extra-index-url", TORCH_INDEX];
      else await sleep(1000 * PAUSE_SECONDS);
    }
  }
}

/** The environment's own Python. */
function interpreter() {
  return process.platform === "win32"
    ? path.join(environment, "Scripts", "python.exe")
    : path.join(environment, "bin", "python");
}

/** Runs a program to its end and gives what it printed. What it says beside that is shown when it fails. */
function run(file, args) {
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (error !== undefined)
    throw new Error(`${file} cannot be run: ${error.message}. Name another with --python.`);
  if (status !== 0) throw new Error(`${file} ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout.trim();
}
