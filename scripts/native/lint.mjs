// The C++ half of `npm run lint`: clang-format and clang-tidy over native/ and bench/native/, by .clang-format and
// .clang-tidy. clang-tidy runs where it is on the PATH in the version of requirements.txt, else a note says so;
// `--require-clang-tidy` makes that an error. `--fix` formats, and runs nothing else.

import { execFile, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { ROOT } from "./llama-release.mjs";
import { run } from "./run.mjs";

const FOLDERS = ["native", "native/prefill", "bench/native"];
const DATABASE = path.join(ROOT, "build", "cmake", "compile_commands.json");
const REQUIREMENTS = "scripts/native/requirements.txt";

const { values } = parseArgs({
  options: {
    fix: { type: "boolean", default: false },
    "require-clang-tidy": { type: "boolean", default: false },
  },
});
const files = FOLDERS.flatMap((folder) =>
  readdirSync(path.join(ROOT, folder)).map((name) => `${folder}/${name}`),
).filter((name) => /\.(cc|h|inl)$/.test(name));

try {
  const formatter = createRequire(import.meta.url).resolve("@wasm-fmt/clang-format/clang-format-cli.cjs");
  const mode = values.fix ? ["-i"] : ["--dry-run", "-Werror"];
  run(process.execPath, [formatter, ...mode, ...files], { cwd: ROOT });
  if (!values.fix) await tidy(files.filter((name) => name.endsWith(".cc")));
} catch (error) {
  console.error(`lint: ${error.message}`);
  process.exitCode = 1;
}

/** Headers are checked with the files that include them. */
async function tidy(sources) {
  const obstacle = obstacleToTidy();
  if (obstacle !== undefined) {
    if (values["require-clang-tidy"]) throw new Error(obstacle);
    console.log(`clang-tidy is left out: ${obstacle}`);
    return;
  }
  // Kernels of another kind of processor need its headers: they are checked where they are compiled.
  const compiled = new Set(
    JSON.parse(readFileSync(DATABASE, "utf8")).map(({ file }) => path.relative(ROOT, file)),
  );
  const isCompiled = (file) => compiled.has(file.replaceAll("/", path.sep));
  for (const file of sources.filter((file) => !isCompiled(file)))
    console.log(`clang-tidy leaves out ${file}: it is not compiled on this machine.`);
  let failed = 0;
  const queue = sources.filter(isCompiled);
  const work = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const { isClean, output } = await tidyFile(file);
      if (isClean) continue;
      failed++;
      console.error(output);
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, work));
  if (failed > 0) throw new Error(`clang-tidy objects to ${failed} of ${sources.length} files.`);
}

function obstacleToTidy() {
  const wanted = /^clang-tidy==(.+)$/m.exec(readFileSync(path.join(ROOT, REQUIREMENTS), "utf8"))?.[1];
  const { stdout } = spawnSync("clang-tidy", ["--version"], { encoding: "utf8" });
  const found = /LLVM version (\S+)/.exec(stdout ?? "")?.[1];
  if (found !== wanted) {
    const state = found === undefined ? "it is not installed" : `version ${found} is installed`;
    return `${state}. Other versions find other things: pip install -r ${REQUIREMENTS} brings ${wanted}.`;
  }
  return existsSync(DATABASE) ? undefined : "nothing says how files are compiled. Run npm run build:native.";
}

function tidyFile(file) {
  const args = ["--quiet", "-p", path.dirname(DATABASE), file];
  return new Promise((resolve) => {
    execFile("clang-tidy", args, { cwd: ROOT, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      // On standard error it only counts what it suppressed, unless it could not run at all.
      resolve({ isClean: error === null, output: stdout.trim() === "" ? stderr : stdout });
    });
  });
}
