/** Host script of the tests: a fake scorer behind the real protocol. Load options choose its behaviour. */
import { existsSync } from "node:fs";
import { basename, isAbsolute } from "node:path";
import { ModelLoadError } from "../../../lib/errors.js";
import { serveProcess } from "../../../lib/serve/host/serve-process.js";
import { FakeTextScorer, type FakeScorerOptions } from "./fake-scorer.js";

/** For tests that can only choose a folder. */
function fromName(modelDir: string): FakeScorerOptions {
  return {
    isGated: modelDir.includes("gated"),
    isOfSteps: basename(modelDir) === "process",
    delayMs: modelDir.includes("slow") ? 30 : 0,
  };
}

serveProcess((modelDir, options) => {
  if (modelDir === "missing" || (isAbsolute(modelDir) && !existsSync(modelDir))) {
    throw new ModelLoadError("MODEL_NOT_FOUND", "There is no model folder missing.", {
      details: { path: "missing" },
    });
  }
  if (modelDir === "dies") process.kill(process.pid, "SIGKILL");
  options.onProgress?.({ phase: "load", unit: "share", done: 1, total: 1 });
  return Promise.resolve(new FakeTextScorer(basename(modelDir), { ...fromName(modelDir), ...options }));
});
