import { tmpdir } from "node:os";
import path from "node:path";
import { defineConfig } from "vitest/config";

/** Where a CI run finds the counts, so that "no test ran" can fail it. */
const RESULTS_FILE = "build/test-results.json";

export default defineConfig({
  // The desktop example names the package as an app does; its tests run on the sources.
  resolve: {
    alias: {
      "llama-reward/electron/renderer": path.join(import.meta.dirname, "lib/serve/electron/renderer.ts"),
    },
  },
  test: {
    include: ["test/**/*.test.ts"],
    // The addon holds process-wide state (backends, thread pools), so test files run in processes, never threads.
    pool: "forks",
    // What tests remember of their files does not go among the user's own caches.
    env: { XDG_CACHE_HOME: path.join(tmpdir(), "llama-reward-test-cache") },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
    ...(process.env["CI"] === undefined
      ? {}
      : { reporters: ["default", "json"], outputFile: { json: RESULTS_FILE } }),
  },
});
