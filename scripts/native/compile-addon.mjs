import { readFileSync, realpathSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

import { ROOT } from "./llama-release.mjs";
import { run } from "./run.mjs";

/**
 * Compiles the addons with CMake; llama.cpp's headers must be there. `LLAMA_REWARD_TOOLSET` in the environment names one of Visual Studio's:
 * with `ClangCL` there are kernels of our own on Windows, which Microsoft's compiler does not build.
 * @param {string} out build folder. One of its own: cmake-js deletes it before it tries a failed build again
 * @param {Readonly<Record<string, string>>} [definitions] CMake's, by name
 */
export function compileAddon(out, definitions = {}) {
  removeForeignBuild(path.join(ROOT, out), ROOT);
  const cmakeJs = createRequire(import.meta.url).resolve("cmake-js/bin/cmake-js");
  const parallel = String(os.availableParallelism());
  const defined = Object.entries(definitions).map(([name, value]) => `--CD${name}=${value}`);
  const toolset = process.env["LLAMA_REWARD_TOOLSET"] ?? "";
  const chosen = toolset === "" ? [] : ["--toolset", toolset];
  run(
    process.execPath,
    [cmakeJs, "compile", "--out", out, "--log-level", "warn", "--parallel", parallel, ...chosen, ...defined],
    { cwd: ROOT },
  );
}

/**
 * Removes a build folder that came here with a copy of the repository: CMake's cache has absolute paths, and would go on building the
 * original's sources into the original's folders.
 * @param {string} folder
 * @param {string} root the folder that it should build
 */
export function removeForeignBuild(folder, root) {
  const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.+)$/m.exec(readCache(folder))?.[1];
  if (home === undefined || real(home) === real(root)) return;
  console.error(`${folder} was configured for ${home}: it is configured anew.`);
  rmSync(folder, { recursive: true, force: true });
}

function readCache(folder) {
  try {
    return readFileSync(path.join(folder, "CMakeCache.txt"), "utf8");
  } catch {
    return "";
  }
}

function real(folder) {
  try {
    return realpathSync.native(folder);
  } catch {
    return path.resolve(folder);
  }
}
