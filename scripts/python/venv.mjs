// Makes a Python virtual environment from a requirements file that lists every package, or finds the one of an earlier run, and
// prints the path of its interpreter. Used by benchmarks and reference tests, whose peers are written in Python.
//
//   node scripts/python/venv.mjs REQUIREMENTS FOLDER [--python PYTHON]
//
// The environment stands in FOLDER, in a folder named after the file and its content: another list is another environment.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
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
const done = path.join(environment, "complete");
if (!existsSync(done)) {
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  run(values.python, ["-m", "venv", environment]);
  // The list is whole: what it leaves out is left out on purpose.
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
  run(interpreter(), [...install, "-r", requirements]);
  mkdirSync(`${done}.new`);
  renameSync(`${done}.new`, done);
}
console.log(interpreter());

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
