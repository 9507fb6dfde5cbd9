import { createRequire } from "node:module";
import os from "node:os";

import { ROOT } from "./llama-release.mjs";
import { run } from "./run.mjs";

/**
 * Compiles the addons with CMake; llama.cpp's headers must be there.
 * @param {string} out build folder. One of its own: cmake-js deletes it before it tries a failed build again
 * @param {Readonly<Record<string, string>>} [definitions] CMake's, by name
 */
export function compileAddon(out, definitions = {}) {
  const cmakeJs = createRequire(import.meta.url).resolve("cmake-js/bin/cmake-js");
  const parallel = String(os.availableParallelism());
  const defined = Object.entries(definitions).map(([name, value]) => `--CD${name}=${value}`);
  run(
    process.execPath,
    [cmakeJs, "compile", "--out", out, "--log-level", "warn", "--parallel", parallel, ...defined],
    { cwd: ROOT },
  );
}
