// `npm run test:prefill-off`, after `npm run build`: the whole test suite with llama.cpp's own kernels on the CPU, as on a processor that ours
// do not run on, or the tests that are named.

import path from "node:path";

import { ROOT } from "./llama-release.mjs";
import { run } from "./run.mjs";

const vitest = path.join(ROOT, "node_modules", "vitest", "vitest.mjs");
try {
  run(process.execPath, [vitest, "run", "--reporter=default", ...process.argv.slice(2)], {
    cwd: ROOT,
    env: { ...process.env, LLAMA_REWARD_PREFILL: "off" },
  });
} catch (error) {
  console.error(`test:prefill-off: ${error.message}`);
  process.exitCode = 1;
}
