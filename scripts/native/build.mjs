// `npm run build:native`: fetches llama.cpp's headers and compiles the addon to build/Release/llama-reward.node,
// and beside it llama-reward-bench.node, which has the benchmark's own paths too and is in no package.
// LLAMA_REWARD_BUILD=source builds llama.cpp from source first, instead of using the platform package's libraries.

import { buildLlama } from "./build-llama.mjs";
import { compileAddon } from "./compile-addon.mjs";
import { fetchHeaders } from "./fetch-llama.mjs";

try {
  await fetchHeaders();
  if (process.env.LLAMA_REWARD_BUILD === "source") await buildLlama();
  compileAddon("build/cmake");
} catch (error) {
  console.error(`build:native: ${error.message}`);
  process.exitCode = 1;
}
